import { defineConnector } from '@tidemark/connector-sdk';
import { FilesDestination } from './destination.js';
import { manifest } from './files.manifest.js';
import { FilesSource } from './source.js';

export const connector = defineConnector(manifest, {
  openSource: (context) => new FilesSource(context),
  openDestination: (context) => new FilesDestination(context),
});
