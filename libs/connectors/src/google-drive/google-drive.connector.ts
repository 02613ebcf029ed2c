import { defineConnector } from '../sdk/connector.js';
import { googleDriveManifest } from './google-drive.manifest.js';
import { GoogleDriveSource } from './source.js';

export const googleDriveConnector = defineConnector(googleDriveManifest, {
  openSource: (context) => new GoogleDriveSource(context),
});
