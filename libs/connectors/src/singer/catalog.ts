import type { JsonObject, ObjectManifest } from '@tidemark/connector-sdk';
import { isJsonObject } from '@tidemark/foundation';
import { namesIn } from './messages.js';

/** A stream in a tap's catalog; fields that are not needed stay as they are. */
export interface CatalogStream extends JsonObject {
  readonly tap_stream_id: string;
}

export interface Catalog {
  readonly streams: readonly CatalogStream[];
}

interface Metadata {
  readonly breadcrumb: readonly string[];
  readonly metadata: JsonObject;
}

/** @returns undefined when it is not a catalog */
export function catalogIn(value: unknown): Catalog | undefined {
  const streams = isJsonObject(value) ? value['streams'] : undefined;
  if (!Array.isArray(streams)) return undefined;
  const named = streams.filter(isJsonObject).map((stream) => ({
    ...stream,
    tap_stream_id: String(stream['tap_stream_id'] ?? stream['stream'] ?? ''),
  }));
  return named.some(({ tap_stream_id: id }) => id === '') ? undefined : { streams: named };
}

/** The name that a stream's messages have. */
export const streamOf = (stream: CatalogStream): string => String(stream['stream'] ?? stream.tap_stream_id);

export function objectOf(stream: CatalogStream): ObjectManifest {
  const properties = isJsonObject(stream['schema']) ? stream['schema']['properties'] : undefined;
  return {
    name: stream.tap_stream_id,
    title: streamOf(stream),
    incremental: replicationKeyOf(stream) !== undefined,
    deletions: isJsonObject(properties) && '_sdc_deleted_at' in properties,
  };
}

/** The same catalog with one stream selected, all its fields, incrementally if it can be; in the old form and in the new. */
export function selecting(catalog: Catalog, id: string): Catalog {
  return {
    ...catalog,
    streams: catalog.streams.map((stream) => {
      const selected = stream.tap_stream_id === id;
      const metadata = metadataOf(stream).map(({ breadcrumb, metadata: own }) => ({
        breadcrumb,
        metadata: breadcrumb.length > 0 && own['inclusion'] === 'unsupported' ? own : { ...own, selected },
      }));
      const top = metadata.find(({ breadcrumb }) => breadcrumb.length === 0)?.metadata ?? { selected };
      const rest = metadata.filter(({ breadcrumb }) => breadcrumb.length > 0);
      return {
        ...stream,
        selected,
        ...(isJsonObject(stream['schema']) && { schema: { ...stream['schema'], selected } }),
        metadata: [{ breadcrumb: [], metadata: { ...replicationOf(stream), ...top } }, ...rest],
      };
    }),
  } as Catalog;
}

/** What a tap that leaves the choice to the catalog needs. */
function replicationOf(stream: CatalogStream): JsonObject {
  const key = replicationKeyOf(stream);
  const { 'forced-replication-method': forced } = topOf(stream);
  if (forced !== undefined) return { 'replication-method': forced };
  return key === undefined ? {} : { 'replication-method': 'INCREMENTAL', 'replication-key': key };
}

function replicationKeyOf(stream: CatalogStream): string | undefined {
  const top = topOf(stream);
  const method = top['forced-replication-method'] ?? top['replication-method'] ?? stream['replication_method'];
  if (method === 'FULL_TABLE') return undefined;
  const keys = [top['replication-key'], stream['replication_key'], ...namesIn(top['valid-replication-keys'])];
  return keys.find((key): key is string => typeof key === 'string');
}

const topOf = (stream: CatalogStream): JsonObject =>
  metadataOf(stream).find(({ breadcrumb }) => breadcrumb.length === 0)?.metadata ?? {};

const metadataOf = (stream: CatalogStream): Metadata[] =>
  (Array.isArray(stream['metadata']) ? stream['metadata'] : [])
    .filter(isJsonObject)
    .map(({ breadcrumb, metadata }) => ({
      breadcrumb: namesIn(breadcrumb),
      metadata: isJsonObject(metadata) ? metadata : {},
    }));
