import { isObject, type Json, type JsonObject } from '../json.js';
import type { SpecFamily } from '../parse/parse.js';

/** Booleans whose written default says the same as silence. */
const FALSE_BY_DEFAULT = ['nullable', 'readOnly', 'writeOnly', 'deprecated', 'uniqueItems', 'x-nullable'] as const;

/**
 * A schema in the form of JSON Schema 2020-12 (OpenAPI 3.1), whatever version wrote it: `nullable` →
 * type "null", boolean exclusive bounds → numbers, `example` → `examples`. The input is left alone.
 * `asWritten` leaves null and exclusive bounds in the words of their version.
 */
export const modernSchema = (schema: JsonObject, version: SpecFamily, asWritten = false): JsonObject => {
  let out = schema;
  const edit = (): JsonObject => (out === schema ? (out = { ...schema }) : out);
  for (const key of FALSE_BY_DEFAULT) if (schema[key] === false) delete edit()[key];
  if (version === '2.0' && schema['x-nullable'] === true) {
    delete edit()['x-nullable'];
    edit()['nullable'] = true;
  }
  if (version === '2.0' && typeof schema['discriminator'] === 'string') {
    edit()['discriminator'] = { propertyName: schema['discriminator'] };
  }
  if (!asWritten && out['nullable'] === true && out['type'] !== undefined) {
    const types = Array.isArray(out['type']) ? out['type'] : [out['type']];
    edit()['type'] = types.includes('null') ? types : [...types, 'null'];
    delete edit()['nullable'];
  }
  if (Array.isArray(out['type']) && out['type'].length === 1) edit()['type'] = out['type'][0];
  if (Array.isArray(out['required']) && out['required'].length === 0) delete edit()['required'];
  if (isObject(out['properties']) && Object.keys(out['properties']).length === 0) delete edit()['properties'];
  for (const [flag, bound] of EXCLUSIVE) {
    if (asWritten || typeof out[flag] !== 'boolean') continue;
    const limit = out[bound];
    const exclusive = out[flag];
    delete edit()[flag];
    if (exclusive && typeof limit === 'number') {
      edit()[flag] = limit;
      delete edit()[bound];
    }
  }
  if (out['example'] !== undefined && out['examples'] === undefined) {
    edit()['examples'] = [out['example']];
    delete edit()['example'];
  }
  return out;
};

const EXCLUSIVE = [
  ['exclusiveMinimum', 'minimum'],
  ['exclusiveMaximum', 'maximum'],
] as const;

/** Parameters, headers, bodies and operations: flags whose `false` says the same as silence. */
export const withoutFalseFlags = (node: JsonObject): JsonObject => {
  let out = node;
  for (const key of ['required', 'deprecated', 'allowEmptyValue', 'allowReserved'] as const) {
    if (node[key] !== false) continue;
    if (out === node) out = { ...node };
    delete out[key];
  }
  return out;
};

/** An array schema without `type` and such are left as written; only objects are schemas worth a look. */
export const isSchemaObject = (value: Json | undefined): value is JsonObject => isObject(value);
