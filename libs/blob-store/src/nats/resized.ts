/**
 * The same bytes in pieces of exactly `size`, the last one smaller. A piece is valid until `ahead` further ones have been
 * requested; then its memory is used again, so that a large object does not leave its size in garbage.
 */
export async function* resized(
  content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  size: number,
  ahead: number,
): AsyncGenerator<Uint8Array> {
  const ring: Buffer[] = [];
  let [turn, filled] = [0, 0];
  for await (const chunk of content) {
    for (let taken = 0; taken < chunk.byteLength;) {
      const piece = (ring[turn] ??= Buffer.allocUnsafeSlow(size));
      const part = chunk.subarray(taken, taken + size - filled);
      piece.set(part, filled);
      taken += part.byteLength;
      filled += part.byteLength;
      if (filled < size) continue;
      yield piece;
      turn = (turn + 1) % (ahead + 1);
      filled = 0;
    }
  }
  if (filled > 0) yield ring[turn]!.subarray(0, filled);
}
