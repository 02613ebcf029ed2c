import { Injectable } from '@nestjs/common';
import { configSchema, type Manifest } from '@tidemark/connector-sdk/manifest';
import { connectors } from '@tidemark/connectors';
import { TidemarkError } from '@tidemark/contracts';
import { pipelineFor, pipelines } from '@tidemark/pipelines';
import type { Connector } from './connectors.dto.js';

/** Queries about connectors, for HTTP and gRPC. They are the same for all tenants. */
@Injectable()
export class Connectors {
  /** By name. */
  list(): { readonly data: readonly Connector[] } {
    const manifests = [...connectors.values()].map(({ manifest }) => manifest);
    manifests.sort((a, b) => (a.name < b.name ? -1 : 1));
    return { data: manifests.map(describe) };
  }

  /** @throws TidemarkError NOT_FOUND */
  get(name: string): Connector {
    const connector = connectors.get(name);
    if (!connector)
      throw new TidemarkError('NOT_FOUND', `no such connector; available: ${[...connectors.keys()].join(', ')}`);
    return describe(connector.manifest);
  }
}

function describe(manifest: Manifest): Connector {
  const { name, title, description, auth, source = null, destination = null } = manifest;
  const stages = pipelineFor(pipelines, {}, manifest)?.stages.map((stage) => stage.name) ?? null;
  return { name, title, description, auth, source, destination, stages, config: configSchema(manifest) };
}
