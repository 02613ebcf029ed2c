import type { BlobId, BlobStore } from '@tidemark/blob-store';
import { StringDecoder } from 'node:string_decoder';

/** Characters that are handed to the blob store at once. */
const CHUNK = 65_536;

/** Stores values as JSON lines, however many there are. */
export async function putLines(blobs: BlobStore, values: Iterable<unknown> | AsyncIterable<unknown>): Promise<BlobId> {
  return (await blobs.put(chunksOf(values))).id;
}

async function* chunksOf(values: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  let text = '';
  for await (const value of values) {
    text += `${JSON.stringify(value)}\n`;
    if (text.length < CHUNK) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

/** The values of a blob that `putLines` stored. @throws BlobNotFound · BlobCorrupt */
export async function* linesOf<T>(blobs: BlobStore, id: BlobId): AsyncGenerator<T> {
  for await (const values of chunksOfLines<T>(blobs, id)) yield* values;
}

/** The same, many at once: waiting for each would cost as much as reading it. */
export async function* chunksOfLines<T>(blobs: BlobStore, id: BlobId): AsyncGenerator<readonly T[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of blobs.get(id)) {
    const text = rest + decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    const end = text.lastIndexOf('\n');
    rest = text.slice(end + 1);
    // JSON has no line breaks of its own.
    if (end > 0) yield JSON.parse(`[${text.slice(0, end).replaceAll('\n', ',')}]`) as T[];
  }
}
