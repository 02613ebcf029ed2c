import { defineConnector } from '@tidemark/connector-sdk';
import { manifest } from './microsoft-graph-mail.manifest.js';
import { MicrosoftGraphMailSource } from './source.js';

export const connector = defineConnector(manifest, {
  openSource: (context) => new MicrosoftGraphMailSource(context),
});
