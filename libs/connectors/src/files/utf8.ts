import { isUtf8 } from 'node:buffer';

/** Thrown for the first byte that is not UTF-8. */
export class NotUtf8 extends Error {
  constructor(readonly byte: number) {
    super(`byte ${byte} is not UTF-8`);
  }
}

/** Passes chunks through unchanged as long as they are UTF-8. `byte`: number of the first one. @throws NotUtf8 */
export async function* utf8Only(chunks: AsyncIterable<Buffer>, byte: number): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const all = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = all.length - unfinished(all);
    if (!isUtf8(all.subarray(0, end))) throw new NotUtf8(byte - rest.length + firstBad(all.subarray(0, end)));
    rest = all.subarray(end);
    byte += chunk.length;
    yield chunk;
  }
  if (rest.length > 0) throw new NotUtf8(byte - rest.length);
}

/** Trailing bytes of an incomplete character. */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte >= 0xc0) return back < (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) ? back : 0;
    if (byte < 0x80) return 0;
  }
  return 0;
}

/**
 * The number of the first byte of the first invalid character.
 * Bisects the bytes; a cut inside a character moves to its beginning.
 */
export function firstBad(bytes: Buffer): number {
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const cut = middle - unfinished(bytes.subarray(good, middle));
    if (cut <= good) break;
    if (isUtf8(bytes.subarray(good, cut))) good = cut;
    else bad = middle;
  }
  return good;
}
