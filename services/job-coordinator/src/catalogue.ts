import type { Manifest } from '@tidemark/connector-sdk/manifest';
import { connectors } from '@tidemark/connectors';
import { pipelines, type Pipelines } from '@tidemark/pipelines';

/** What connections may be made of, and what their jobs run. */
export interface Catalogue {
  readonly connectors: ReadonlyMap<string, { readonly manifest: Manifest }>;
  readonly pipelines: Pipelines;
}

/** What this version brings. */
export const ownCatalogue: Catalogue = { connectors, pipelines };
