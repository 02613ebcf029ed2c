import { defineConnector } from '@tidemark/connector-sdk';
import { manifest } from './google-drive.manifest.js';
import { GoogleDriveSource } from './source.js';

export const connector = defineConnector(manifest, {
  openSource: (context) => new GoogleDriveSource(context),
});
