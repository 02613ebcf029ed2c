import type { Json, JsonObject } from '../json.js';
import type { ParsedDocument } from '../parse/parse.js';
import { valueAt } from '../pointers.js';
import { normalize } from './normalize.js';

/** Keywords that hold plain data, in which `$ref` is an ordinary key. */
const DATA: ReadonlySet<string> = new Set(['example', 'examples', 'default', 'enum', 'const', 'value']);

/**
 * The references of a description that lead nowhere in it, as its canonical form writes them, sorted: to other documents, or to
 * parts that do not exist. What is behind them is not compared.
 */
export const unresolvedReferences = (parsed: ParsedDocument): string[] => {
  // A reference that the text itself resolves needs no canonical form, and most descriptions have no other.
  if (unresolvedIn(parsed.document).length === 0) return [];
  return unresolvedIn(normalize(parsed) as JsonObject);
};

const unresolvedIn = (root: JsonObject): string[] => {
  const found = new Set<string>();
  const seen = new Set<object>();
  const waiting: Json[] = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (typeof node !== 'object' || node === null || seen.has(node)) continue;
    seen.add(node);
    for (const [key, value] of Object.entries(node)) {
      if (key === '$ref' && typeof value === 'string') {
        if (!leadsSomewhere(root, value)) found.add(value);
      } else if (!DATA.has(key) && !key.startsWith('x-') && value !== undefined) waiting.push(value);
    }
  }
  return [...found].sort();
};

const leadsSomewhere = (root: JsonObject, ref: string): boolean =>
  ref === '#' || (ref.startsWith('#/') && valueAt(root, ref) !== undefined);
