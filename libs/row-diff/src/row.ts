/** A column's value: null, text, number, bigint, boolean, Date, bytes, and JSON of these (arrays, objects). */
export type Value = unknown;

/** One row of the source: column name → value. A missing column counts as null. */
export type Row = Readonly<Record<string, Value>>;

/** The values of the key columns, in the order of the option `key`. */
export type Key = readonly Value[];
