import { defineConnector } from '@tidemark/connector-sdk';
import { type NotionConfig, manifest } from './notion.manifest.js';
import { NotionSource } from './source.js';

export const connector = defineConnector<NotionConfig>(manifest, {
  openSource: (context) => new NotionSource(context),
});
