import { defineConnector } from '@tidemark/connector-sdk';
import { PostgresDestination } from './destination.js';
import { manifest } from './postgres.manifest.js';
import { PostgresSource } from './source.js';

/** See README.md beside this file. */
export const connector = defineConnector(manifest, {
  openSource: (context) => new PostgresSource(context),
  openDestination: (context) => new PostgresDestination(context),
});
