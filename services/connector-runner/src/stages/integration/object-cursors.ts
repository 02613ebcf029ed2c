import { readBlob, type BlobId, type BlobStore } from '@tidemark/blob-store';
import type { Json } from '@tidemark/foundation';
import type { IntegrationCursor, ObjectCursor } from '@tidemark/pipelines';

/** Bytes as JSON that an event holds; more of it is stored as a blob. */
const MAX_INLINE_BYTES = 1500;

/** A value that is part of an event: the value itself, or the blob that holds it when it is large. */
export async function packed<T extends object>(value: T, blobs: BlobStore): Promise<T | BlobId> {
  const text = JSON.stringify(value);
  return Buffer.byteLength(text) <= MAX_INLINE_BYTES ? value : (await blobs.put(text)).id;
}

/** @throws BlobNotFound when the blob was lost */
export async function unpacked<T extends object>(value: T | BlobId, blobs: BlobStore): Promise<T> {
  return typeof value === 'string' ? (JSON.parse((await readBlob(blobs, value)).toString('utf8')) as Json & T) : value;
}

/** Where each object of the connection goes on, by name; empty before the first job. */
export async function objectCursors(
  cursor: IntegrationCursor | null,
  blobs: BlobStore,
): Promise<{ readonly [object: string]: ObjectCursor }> {
  const { objects = {}, without = [] } = cursor ?? {};
  const all = Object.entries(await unpacked(objects, blobs));
  return Object.fromEntries(all.filter(([object]) => !without.includes(object)));
}
