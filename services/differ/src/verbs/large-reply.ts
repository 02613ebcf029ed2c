import type { BlobStore } from '@tidemark/blob-store';
import type { LargeReply } from '@tidemark/contracts';

/** Bytes of JSON that fit into a message: well under a broker's limit. */
const MESSAGE_BYTES = 256 * 1024;

/** The reply itself, or a blob when it is too large for a message. */
export async function largeReply<T>(blobs: BlobStore, value: T): Promise<LargeReply<T>> {
  const text = JSON.stringify(value);
  return Buffer.byteLength(text) <= MESSAGE_BYTES ? { value } : { blob: (await blobs.put(text)).id };
}
