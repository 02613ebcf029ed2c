import type { BlobId, BlobStore } from './port.js';

/** The object is larger than the reader is willing to hold in memory. */
export class BlobTooLarge extends Error {
  override readonly name = 'BlobTooLarge';
  readonly code = 'BLOB_TOO_LARGE';
  constructor(
    readonly id: string,
    readonly limit: number,
  ) {
    super(`${id} is larger than ${limit} bytes`);
  }
}

/**
 * The whole object in memory, its hash verified.
 * @param limit in bytes; default 256 MiB
 * @throws BlobNotFound · BlobCorrupt · BlobTooLarge · BlobStoreUnavailable
 */
export async function readBlob(store: BlobStore, id: BlobId, limit = 256 * 1024 * 1024): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of store.get(id)) {
    bytes += chunk.byteLength;
    if (bytes > limit) throw new BlobTooLarge(id, limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

/** The object parsed as JSON. @throws the errors of readBlob · SyntaxError when it is not JSON */
export async function readJson<T = unknown>(store: BlobStore, id: BlobId, limit?: number): Promise<T> {
  return JSON.parse((await readBlob(store, id, limit)).toString('utf8')) as T;
}
