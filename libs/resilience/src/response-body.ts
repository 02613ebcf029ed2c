import type { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { displayUrl, FetchError } from './fetch-error.js';

/** Encodings that are requested and supported. */
export const ACCEPT_ENCODING = 'gzip, br';

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
  deflate: createInflate,
};

/**
 * Reads and decompresses a body of at most `maxBytes`. Both sides of the decompression are counted as they stream,
 * so that neither a small body that expands without end nor an endless one that expands to nothing is accepted.
 * @throws FetchError FETCH_TOO_LARGE · FETCH_BAD_RESPONSE; the connection's errors
 */
export async function readBody(
  body: Readable,
  url: URL,
  headers: { readonly encoding: string; readonly length: number },
  maxBytes: number,
): Promise<Uint8Array> {
  const tooLarge = () =>
    new FetchError('FETCH_TOO_LARGE', `${displayUrl(url)}: the body is larger than ${maxBytes} bytes`);
  // Encodings are named in the order in which they were applied.
  const decoders = headers.encoding
    .split(',')
    .reverse()
    .flatMap((name) => decoder(name, url));
  if (headers.length > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  const count = (source: AsyncIterable<Uint8Array>) => counted(source, maxBytes, tooLarge);
  const collect = async (source: AsyncIterable<Uint8Array>) => {
    for await (const chunk of count(source)) chunks.push(chunk);
  };
  const stages = decoders.length > 0 ? [body, count, ...decoders, collect] : [body, collect];
  await pipeline(stages as unknown as NodeJS.ReadWriteStream[]); // The types accept functions in tuples only.
  return Buffer.concat(chunks);
}

async function* counted(source: AsyncIterable<Uint8Array>, maxBytes: number, tooLarge: () => Error) {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge();
    yield chunk;
  }
}

function decoder(name: string, url: URL): Transform[] {
  const encoding = name.trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return [];
  const create = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding] : undefined;
  if (!create)
    throw new FetchError('FETCH_BAD_RESPONSE', `${displayUrl(url)}: the body has an encoding that was not requested`);
  return [create()];
}
