import type { Manifest } from '@tidemark/connector-sdk/manifest';
import { connectors } from '@tidemark/connectors';
import { pipelines, type Pipelines } from '@tidemark/pipelines';

/** The connectors that connections may use, and the pipelines that their jobs run. */
export interface Catalogue {
  readonly connectors: ReadonlyMap<string, { readonly manifest: Manifest }>;
  readonly pipelines: Pipelines;
}

/** The connectors and pipelines of this version. */
export const ownCatalogue: Catalogue = { connectors, pipelines };
