import { defineConnector } from '../sdk/connector.js';
import { httpJsonManifest } from './http-json.manifest.js';
import { HttpJsonSource } from './source.js';

export const httpJsonConnector = defineConnector(httpJsonManifest, {
  openSource: (context) => new HttpJsonSource(context),
});
