import { createHash } from 'node:crypto';
import type { BlobId } from '@tidemark/blob-store';
import type { Cursor } from '@tidemark/contracts';
import type { OpenapiConfig } from './openapi.config.js';

/** What an `openapi` connection remembers of the last completed job: the current snapshot, and how it was fetched. */
export interface OpenapiCursor extends Cursor {
  readonly snapshotId: string;
  readonly canonicalBlob: BlobId;
  readonly contentHash: string;
  readonly operations: number;
  /** The document last read, with the documents it refers to: the same again means that nothing has changed. */
  readonly documentBlob: BlobId;
  readonly externalRefs: number;
  /** Hash of the config's parts that a server's answer depends on. */
  readonly request: string;
  /** Hash of the URL that answered, which the validators belong to; the URL itself may hold a secret. */
  readonly urlHash: string;
  readonly etag?: string;
  readonly lastModified?: string;
}

/** The cursor of an earlier job; null (a new baseline) when there is none or it is not of this form. */
export function readCursor(cursor: Cursor | null): OpenapiCursor | null {
  const texts = ['snapshotId', 'canonicalBlob', 'contentHash', 'documentBlob'];
  const usable = cursor !== null && texts.every((name) => typeof cursor[name] === 'string');
  return usable ? (cursor as unknown as OpenapiCursor) : null;
}

/** Names what is asked for: with other headers the same URL may answer differently. */
export function requestHash({ url, headers = {} }: OpenapiConfig): string {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return shortHash(JSON.stringify([url, named.sort()]));
}

export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
