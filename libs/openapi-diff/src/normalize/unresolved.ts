import { isObject, own, type Json, type JsonObject } from '../json.js';
import { pointerSegments } from '../pointers.js';
import type { CanonicalApi } from './normalize.js';

/** Keywords that hold plain data, in which `$ref` is an ordinary key. */
const DATA: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'enum', 'const', 'value']);

/**
 * The references of an API that lead nowhere in it, as they are written, sorted: to other documents, or to parts that do not
 * exist. What is behind them is not compared.
 */
export const unresolvedReferences = (api: CanonicalApi): string[] => {
  const found = new Set<string>();
  const seen = new Set<object>();
  const waiting: Json[] = [api as JsonObject];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node !== 'object' || node === null || seen.has(node)) continue;
    seen.add(node);
    for (const [key, value] of Object.entries(node)) {
      if (key === '$ref' && typeof value === 'string') {
        if (!leadsSomewhere(api, value)) found.add(value);
      } else if (!DATA.has(key) && !key.startsWith('x-') && value !== undefined) waiting.push(value);
    }
  }
  return [...found].sort();
};

const leadsSomewhere = (api: CanonicalApi, ref: string): boolean => {
  if (ref === '#') return true;
  if (!ref.startsWith('#/')) return false;
  let at: Json | undefined = api as JsonObject;
  for (const step of pointerSegments(ref))
    at = Array.isArray(at) ? at[Number(step)] : isObject(at) ? own(at, step) : undefined;
  return at !== undefined;
};
