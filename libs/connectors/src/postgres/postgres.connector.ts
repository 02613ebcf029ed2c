import { defineConnector } from '../sdk/connector.js';
import { PostgresDestination } from './destination.js';
import { postgresManifest } from './postgres.manifest.js';
import { PostgresSource } from './source.js';

/** See README.md beside this file. */
export const postgresConnector = defineConnector(postgresManifest, {
  openSource: (context) => new PostgresSource(context),
  openDestination: (context) => new PostgresDestination(context),
});
