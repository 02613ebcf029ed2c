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

/** One step of a JSON pointer (RFC 6901), escaped. */
export const escapePointer = (segment: string): string =>
  segment.includes('~') || segment.includes('/') ? segment.replaceAll('~', '~0').replaceAll('/', '~1') : segment;

/** The pointer of the given steps. */
export const joinPointer = (segments: string[]): string =>
  segments.map((segment) => `/${escapePointer(segment)}`).join('');

/** The steps of a JSON pointer; a leading `#` and percent-encoding are accepted. */
export const pointerSegments = (pointer: string): string[] => {
  let text = pointer;
  if (text.startsWith('#')) {
    text = text.slice(1);
    if (text.includes('%')) {
      try {
        text = decodeURIComponent(text);
      } catch {
        // a lone percent sign stands for itself
      }
    }
  }
  if (text === '' || text === '/') return text === '' ? [] : [''];
  return text
    .slice(1)
    .split('/')
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
};

/** The value at a JSON pointer, or undefined. */
export const valueAt = (document: Json, pointer: string): Json | undefined => {
  let current: Json | undefined = document;
  for (const segment of pointerSegments(pointer)) {
    if (Array.isArray(current)) current = /^\d+$/.test(segment) ? current[Number(segment)] : undefined;
    else if (isObject(current)) current = own(current, segment);
    else return undefined;
    if (current === undefined) return undefined;
  }
  return current;
};
