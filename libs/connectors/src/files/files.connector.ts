import { defineConnector } from '../sdk/connector.js';
import { FilesDestination } from './destination.js';
import { filesManifest } from './files.manifest.js';
import { FilesSource } from './source.js';

export const filesConnector = defineConnector(filesManifest, {
  openSource: (context) => new FilesSource(context),
  openDestination: (context) => new FilesDestination(context),
});
