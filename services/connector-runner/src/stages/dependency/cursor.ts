import { createHash } from 'node:crypto';
import type { OpenapiConfig } from '@tidemark/connectors/openapi-config';
import type { Cursor } from '@tidemark/contracts';
import type { DependencyCursor } from '@tidemark/pipelines';

/** The cursor of an earlier job; null (a new baseline) when there is none or it has another shape. */
export function readCursor(cursor: Cursor | null): DependencyCursor | null {
  const texts = ['snapshotId', 'canonicalBlob', 'contentHash', 'documentBlob'];
  const usable = cursor !== null && texts.every((name) => typeof cursor[name] === 'string');
  return usable ? (cursor as DependencyCursor) : null;
}

/** Identifies the request: with other headers the same URL may answer differently. */
export function requestHash({ url, headers = {} }: OpenapiConfig): string {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return shortHash(JSON.stringify([url, named.sort()]));
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
