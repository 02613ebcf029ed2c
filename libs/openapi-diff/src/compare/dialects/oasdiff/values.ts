import type { Both } from '../../../both.js';
import { asArray, type Json, type JsonObject } from '../../../json.js';
import { TYPE, type Add } from '../../schema/finding.js';
import { writtenTypes } from '../../schema/types.js';
import { compareListed, compareValue } from '../../schema/values.js';

/** Types are as they are written, null among them; an enum and a const are two things. */
export const compareValues = (schemas: Both<JsonObject>, add: Add): void => {
  compareType(schemas, add);
  compareEnum(schemas, add);
  compareValue(schemas, 'const', 'const', add, given);
  compareValue(schemas, 'default', 'default-value', add, given);
};

/** Null is no value. */
const given = (value: Json | undefined): Json | undefined => (value === null ? undefined : value);

const compareType = ({ before, after }: Both<JsonObject>, add: Add): void => {
  const isSame = writtenTypes(before).sort().join() === writtenTypes(after).sort().join();
  if (!isSame || (before['format'] ?? '') !== (after['format'] ?? ''))
    add({ kind: TYPE, at: isSame ? '/format' : '/type' });
};

/** Every value of an enum that appeared or went is listed as well. */
const compareEnum = (schemas: Both<JsonObject>, add: Add): void => {
  const [before, after] = [asArray(schemas.before['enum']), asArray(schemas.after['enum'])];
  if (schemas.before['enum'] === undefined && after.length > 0) add({ kind: 'became-enum', after, at: '/enum' });
  if (schemas.after['enum'] === undefined && before.length > 0) add({ kind: 'became-not-enum', before, at: '/enum' });
  compareListed({ before, after }, add);
};
