import { defineConnector } from '../sdk/connector.js';
import { microsoftGraphMailManifest } from './microsoft-graph-mail.manifest.js';
import { MicrosoftGraphMailSource } from './source.js';

export const microsoftGraphMailConnector = defineConnector(microsoftGraphMailManifest, {
  openSource: (context) => new MicrosoftGraphMailSource(context),
});
