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
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of blobs.get(id)) {
    const lines = (rest + decoder.write(Buffer.from(chunk))).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line) yield JSON.parse(line) as T;
  }
}
