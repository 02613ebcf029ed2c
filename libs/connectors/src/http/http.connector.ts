import { defineConnector } from '@tidemark/connector-sdk';
import { HttpDestination } from './destination.js';
import { manifest } from './http.manifest.js';

export const connector = defineConnector(manifest, {
  openDestination: (context) => new HttpDestination(context),
});
