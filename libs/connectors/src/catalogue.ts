// The entry point for those who only need to know the connectors: nothing here, nor below it, does I/O.
import type { PipelineDefinition } from '@tidemark/contracts';
import { githubManifest } from './github/github.manifest.js';
import { googleDriveManifest } from './google-drive/google-drive.manifest.js';
import { filesManifest } from './files/files.manifest.js';
import { httpJsonManifest } from './http-json/http-json.manifest.js';
import { microsoftGraphMailManifest } from './microsoft-graph-mail/microsoft-graph-mail.manifest.js';
import { noopManifest } from './noop/noop.manifest.js';
import { notionManifest } from './notion/notion.manifest.js';
import { openapiManifest } from './openapi/openapi.manifest.js';
import { postgresManifest } from './postgres/postgres.manifest.js';
import type { Manifest } from './sdk/manifest.js';

export type { OpenapiConfig } from './openapi/openapi.config.js';
export * from './sdk/manifest.js';

/** The manifests of all connectors, by name. */
export const catalogue: ReadonlyMap<string, Manifest> = new Map(
  [
    openapiManifest,
    noopManifest,
    httpJsonManifest,
    filesManifest,
    googleDriveManifest,
    githubManifest,
    postgresManifest,
    microsoftGraphMailManifest,
    notionManifest,
  ].map((manifest) => [manifest.name, manifest as Manifest]),
);

/** The pipeline of a connector's jobs; undefined when there is no such connector, or it has no pipeline. */
export function pipelineOf(connector: string): PipelineDefinition | undefined {
  return catalogue.get(connector)?.pipeline;
}
