/** The type that a value is compared as. The first byte of each canonical value. */
export const Canonical = {
  null: 0,
  false: 1,
  true: 2,
  /** UTF-8 up to END_OF_TEXT: text, and a column's number in plain decimal digits. */
  text: 3,
  /** Milliseconds since the epoch as float64, and the nanoseconds beyond them as int32. */
  instant: 4,
  invalidDate: 5,
  /** int32 length, then the bytes. */
  bytes: 6,
  /** Name and value of each member, in order of names, then `end`. */
  object: 7,
  /** The values, then `end`. */
  array: 8,
  end: 9,
  /** A number inside JSON, where numbers and texts have types of their own: digits up to END_OF_TEXT. */
  number: 10,
} as const;

/** A byte that UTF-8 never has. */
export const END_OF_TEXT = 0xff;

/** The original type of a canonical value, so that it can be restored. */
export const Kind = {
  missing: 0,
  null: 1,
  boolean: 2,
  string: 3,
  number: 4,
  negativeZero: 5,
  bigint: 6,
  date: 7,
  /** A text that names an instant; the text itself follows, up to END_OF_TEXT. */
  instantText: 8,
  bytes: 9,
  object: 10,
  array: 11,
  /** A number as JSON.rawJSON keeps it; its own digits follow, up to END_OF_TEXT. */
  rawNumber: 12,
} as const;
