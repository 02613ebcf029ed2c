import { Injectable } from '@nestjs/common';
import { configSchema, type JsonSchema, type Manifest } from '@tidemark/connector-sdk/manifest';
import { connectors } from '@tidemark/connectors';
import { TidemarkError } from '@tidemark/contracts';
import { pipelineFor, pipelines } from '@tidemark/pipelines';

/** A connector as callers see it. */
export type ConnectorView = Pick<Manifest, 'name' | 'title' | 'description' | 'auth'> & {
  /** What it reads; null when it reads nothing. */
  readonly source: Manifest['source'] | null;
  /** What it writes; null when it writes nothing. */
  readonly destination: Manifest['destination'] | null;
  /** The stages of its jobs; null when connections cannot be made with it. */
  readonly stages: readonly string[] | null;
  /** JSON Schema of its config. */
  readonly config: JsonSchema;
};

/** What callers may know of connectors, whatever they speak. They are the same for all tenants. */
@Injectable()
export class Connectors {
  /** By name. */
  list(): { readonly data: readonly ConnectorView[] } {
    const manifests = [...connectors.values()].map(({ manifest }) => manifest);
    manifests.sort((a, b) => (a.name < b.name ? -1 : 1));
    return { data: manifests.map(describe) };
  }

  /** @throws TidemarkError NOT_FOUND */
  get(name: string): ConnectorView {
    const connector = connectors.get(name);
    if (!connector)
      throw new TidemarkError('NOT_FOUND', `no such connector; there are ${[...connectors.keys()].join(', ')}`);
    return describe(connector.manifest);
  }
}

function describe(manifest: Manifest): ConnectorView {
  const { name, title, description, auth, source = null, destination = null } = manifest;
  const stages = pipelineFor(pipelines, {}, manifest)?.stages.map((stage) => stage.name) ?? null;
  return { name, title, description, auth, source, destination, stages, config: configSchema(manifest) };
}
