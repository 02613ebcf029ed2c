import { defineConnector } from '@tidemark/connector-sdk';
import { manifest } from './http-json.manifest.js';
import { HttpJsonSource } from './source.js';

export const connector = defineConnector(manifest, {
  openSource: (context) => new HttpJsonSource(context),
});
