import { given, type Both } from '../../both.js';
import { asArray, without, type Json, type JsonObject } from '../../json.js';
import { brief } from '../words.js';
import { TYPE, type Add } from './finding.js';
import { moveOf } from './keywords.js';
import { allowsNull, typesOf } from './types.js';

/** What values a schema allows by name: its type and format, null, enum, const; and the default. */
export const compareValues = (schemas: Both<JsonObject>, add: Add): void => {
  compareType(schemas, add);
  if (!isSameSet(listed(schemas.before), listed(schemas.after))) {
    compareEnum(schemas, add);
    compareValue(schemas, 'const', 'const', add);
  }
  compareValue(schemas, 'default', 'default-value', add);
};

const compareType = ({ before, after }: Both<JsonObject>, add: Add): void => {
  const nullable = { before: allowsNull(before), after: allowsNull(after) };
  // Without a type anything is allowed, null too: losing or gaining the type is said by the type itself.
  const isUntyped = nullable.before
    ? after['type'] === undefined && after['nullable'] === undefined
    : before['type'] === undefined && after['nullable'] !== true;
  if (nullable.before !== nullable.after && !isUntyped)
    add({ kind: nullable.after ? 'became-nullable' : 'became-not-nullable', at: '/type' });
  const isOtherType = kindOf(before) !== kindOf(after);
  if (isOtherType || before['format'] !== after['format']) add({ kind: TYPE, at: isOtherType ? '/type' : '/format' });
};

/** The types as one text: empty means any, null alone is a type of its own. */
const kindOf = (schema: JsonObject): string => (schema['type'] === 'null' ? 'null' : typesOf(schema).sort().join());

const compareEnum = (schemas: Both<JsonObject>, add: Add): void => {
  const [before, after] = [asArray(schemas.before['enum']), asArray(schemas.after['enum'])];
  const at = '/enum';
  if (before.length === 0 && after.length > 0) add({ kind: 'became-enum', after, at });
  else if (after.length === 0 && before.length > 0) add({ kind: 'became-not-enum', before, at });
  else {
    // Values of one list are one change.
    const [gone, come] = [without(before, after), without(after, before)];
    if (gone.length > 0)
      add({ kind: 'enum-value-removed', before: together(gone), at, words: { before: inWords(gone) } });
    if (come.length > 0) add({ kind: 'enum-value-added', after: together(come), at, words: { after: inWords(come) } });
  }
};

const together = (values: Json[]): Json => (values.length === 1 ? (values[0] as Json) : values);

const inWords = (values: Json[]): string => `the value${values.length === 1 ? '' : 's'} ${brief(values)}`;

/** Values that came into an enum or went from it. */
export const compareListed = ({ before, after }: Both<Json[]>, add: Add): void => {
  for (const value of without(before, after)) add({ kind: 'enum-value-removed', before: value, at: '/enum' });
  for (const value of without(after, before)) add({ kind: 'enum-value-added', after: value, at: '/enum' });
};

/** A keyword with one value; `read` is what counts of it. */
export const compareValue = (
  { before, after }: Both<JsonObject>,
  keyword: 'const' | 'default',
  kind: string,
  add: Add,
  read = (value: Json | undefined): Json | undefined => value,
): void => {
  const values = { before: read(before[keyword]), after: read(after[keyword]) };
  if (values.before !== values.after) add({ kind: `${kind}-${moveOf(values)}`, ...given(values), at: `/${keyword}` });
};

/** `const: x` says the same as `enum: [x]`. */
const listed = (schema: JsonObject): Json[] | undefined => {
  if (schema['const'] !== undefined) return [schema['const']];
  return Array.isArray(schema['enum']) ? schema['enum'] : undefined;
};

const isSameSet = (a: readonly Json[] | undefined, b: readonly Json[] | undefined): boolean =>
  a !== undefined && b !== undefined && a.length === b.length && without(a, b).length === 0;
