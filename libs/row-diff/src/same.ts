import type { EntryCursor } from './snapshot/entry-cursor.js';
import { HASH_BYTES } from './snapshot/format.js';
import type { Leaf } from './spill/leaf.js';
import { compareBytes, keyLengthAt, kindsLengthAt, RECORD_HEADER } from './spill/record.js';

// Comparisons of records with each other and with a snapshot's entries; a record is given by its first word.

export function compareKey({ bytes, words }: Leaf, record: number, old: EntryCursor): number {
  const at = record * 4 + RECORD_HEADER;
  return compareBytes(bytes, at, keyLengthAt(words, record), old.bytes, old.keyAt, old.keyLength);
}

export function sameKey({ bytes, words }: Leaf, a: number, b: number): boolean {
  const [aAt, bAt] = [a * 4 + RECORD_HEADER, b * 4 + RECORD_HEADER];
  return compareBytes(bytes, aAt, keyLengthAt(words, a), bytes, bAt, keyLengthAt(words, b)) === 0;
}

export function sameKinds({ bytes, words }: Leaf, record: number, old: EntryCursor): boolean {
  const length = kindsLengthAt(words, record);
  const at = record * 4 + RECORD_HEADER + keyLengthAt(words, record);
  return compareBytes(bytes, at, length, old.bytes, old.keyAt + old.keyLength, old.kindsLength) === 0;
}

export function sameHash(words: Int32Array, at: number, { bytes, hashAt }: EntryCursor): boolean {
  for (let i = 0; i < 4; i++) if (words[at + i] !== bytes.readInt32LE(hashAt + i * 4)) return false;
  return true;
}

export function isZero(bytes: Buffer, at: number): boolean {
  for (let i = 0; i < HASH_BYTES; i++) if (bytes[at + i] !== 0) return false;
  return true;
}
