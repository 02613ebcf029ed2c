// A snapshot: magic and version, then frames. A frame is its kind, the length and the CRC-32 of its content, and the
// content; whole numbers are little-endian words of 32 bits.
//   header   JSON: key columns and compared columns, in order of names; whether rows are kept
//   entries  whole entries, in order of (hash32(key), key): the same rows give the same bytes in any order
//   end      number of entries (float64), CRC-32 of magic, version and the heads of all frames before, checksums included
//
// An entry: LEB128 length of the key's canonical bytes and of its kinds, these bytes, the row's murmur128 (16 bytes), a
// print of 3 bytes for each column, and, when rows are kept, two words of length, canonical bytes and kinds of the row.

export const MAGIC = Buffer.from('TDMKROWS');
export const VERSION = 1;
export const PREAMBLE = MAGIC.length + 4;
export const FRAME_HEADER = 12;

export const Frame = { header: 0x52444548, entries: 0x52544e45, end: 0x20444e45 } as const;

/** A frame of entries is closed by the entry that would make it longer than this. */
export const FRAME_BYTES = 64 * 1024;
/** Maximum length of a frame: a longer one is damaged. */
export const MAX_FRAME = 512 * 1024 * 1024;

export const HASH_BYTES = 16;
export const PRINT_BYTES = 3;
/** The print of an unknown column; differs from every other. */
export const UNKNOWN_PRINT = 0;

/** The model of a snapshot's rows. */
export interface SnapshotHeader {
  /** Key columns, in order of names. */
  readonly key: readonly string[];
  /** Compared columns, in order of names. */
  readonly columns: readonly string[];
  /** Whether entries hold the rows' values. */
  readonly values: boolean;
}
