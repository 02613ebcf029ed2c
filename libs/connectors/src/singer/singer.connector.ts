import { defineConnector } from '@tidemark/connector-sdk';
import { SingerDestination } from './destination.js';
import { manifest } from './singer.manifest.js';
import { SingerSource } from './source.js';

export const connector = defineConnector(manifest, {
  openSource: (context) => new SingerSource(context),
  openDestination: (context) => new SingerDestination(context),
});
