/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
/** A JSON object; a key that is absent reads as `undefined`. */
export interface JsonObject {
  [key: string]: Json | undefined;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value as an object; an empty one when it is anything else. */
export const asObject = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});

export const asArray = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);

export const asString = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

export const isReference = (value: Json | undefined): value is JsonObject & { $ref: string } =>
  isObject(value) && typeof value['$ref'] === 'string';

/** The items that are not among the others, compared by identity. */
export const without = (items: readonly Json[], others: readonly Json[]): Json[] => {
  const known = new Set(others);
  return items.filter((item) => !known.has(item));
};

/** Sets a key even when it is `__proto__`, which plain assignment would lose. */
export const put = (target: JsonObject, key: string, value: Json): void => {
  if (key === '__proto__')
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  else target[key] = value;
};

/** The own value of a key: `constructor` and the like are not found by accident. */
export const own = (target: JsonObject | undefined, key: string): Json | undefined =>
  target !== undefined && Object.hasOwn(target, key) ? target[key] : undefined;

/** JSON with sorted keys: equal content gives equal text. */
export const stableJson = (value: Json | undefined): string => {
  if (value === undefined) return 'null';
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(stableJson).join(',')}]`;
  const parts: string[] = [];
  for (const key of Object.keys(value).sort()) {
    const child = own(value, key);
    if (child !== undefined) parts.push(`${JSON.stringify(key)}:${stableJson(child)}`);
  }
  return `{${parts.join(',')}}`;
};
