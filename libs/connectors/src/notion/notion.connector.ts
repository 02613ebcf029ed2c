import { defineConnector } from '../sdk/connector.js';
import { type NotionConfig, notionManifest } from './notion.manifest.js';
import { NotionSource } from './source.js';

export const notionConnector = defineConnector<NotionConfig>(notionManifest, {
  openSource: (context) => new NotionSource(context),
});
