import type { BlobSource } from './port.js';

/** Objects up to this size are hashed before they are sent anywhere, so that known ones are not written again. */
const SMALL = 1024 * 1024;

/** An error of the caller's own stream, as distinct from the store's: it reaches the caller unchanged. */
export class SourceFailed extends Error {
  constructor(override readonly cause: unknown) {
    super('the source failed');
  }
}

/** The whole object when it is small, else its chunks. @throws SourceFailed */
export async function opened(source: BlobSource): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
  if (typeof source === 'string') return Buffer.from(source);
  if (source instanceof Uint8Array) return source;
  const chunks = guarded(source)[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  for (let bytes = 0; bytes <= SMALL;) {
    const { done, value } = await chunks.next();
    if (done) return head.length === 1 ? head[0]! : Buffer.concat(head);
    head.push(Buffer.from(value));
    bytes += value.byteLength;
  }
  return rest(head, chunks);
}

async function* guarded(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of source) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError(`a blob source must yield bytes, got ${typeof chunk}`);
      yield chunk;
    }
  } catch (error) {
    throw new SourceFailed(error);
  }
}

async function* rest(head: Uint8Array[], chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    while (head.length > 0) yield head.shift()!;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}
