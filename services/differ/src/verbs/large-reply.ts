import type { BlobStore } from '@tidemark/blob-store';
import type { LargeReply } from '@tidemark/contracts';

/** Bytes of JSON that fit into a message: well under a broker's limit. */
const MESSAGE_BYTES = 256 * 1024;

/** The reply itself, or a blob when it is too large for a message. */
export const largeReply = <T>(blobs: BlobStore, value: T): Promise<LargeReply<T>> =>
  largeJson(blobs, Buffer.from(JSON.stringify(value)));

/** The same of a reply that is JSON already, in UTF-8. */
export async function largeJson<T>(blobs: BlobStore, json: Uint8Array): Promise<LargeReply<T>> {
  if (json.byteLength > MESSAGE_BYTES) return { blob: (await blobs.put(json)).id };
  return { value: JSON.parse(Buffer.from(json).toString()) as T };
}
