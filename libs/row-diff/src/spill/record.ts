// A record, sorted by key. Words of 32 bits, so that it is copied and read fast; sizes in bytes.
//   0 size, a multiple of 4 · 1 hash of the key · 2 row number · 3 length of the key << 16 | length of its kinds
//   then the key's canonical bytes and kinds, and from the next full word on the payload.

export const RECORD_HEADER = 16;
/** Longest key, in canonical bytes. */
export const MAX_KEY = 0xffff;

export const keyLengthAt = (words: Int32Array, record: number): number => words[record + 3]! >>> 16;
export const kindsLengthAt = (words: Int32Array, record: number): number => words[record + 3]! & 0xffff;
/** The byte at which the record's payload begins. @param record its first word */
export const payloadAt = (words: Int32Array, record: number): number =>
  align(record * 4 + RECORD_HEADER + keyLengthAt(words, record) + kindsLengthAt(words, record));

export const align = (bytes: number): number => (bytes + 3) & ~3;

/** The order of keys in a snapshot, for keys of the same hash: by bytes, the shorter first. */
export function compareBytes(
  a: Uint8Array,
  aAt: number,
  aLength: number,
  b: Uint8Array,
  bAt: number,
  bLength: number,
): number {
  const length = Math.min(aLength, bLength);
  for (let i = 0; i < length; i++) {
    const difference = a[aAt + i]! - b[bAt + i]!;
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}
