import { isJsonObject } from '@tidemark/foundation';
import { canonicalJson } from '@tidemark/foundation/json';

/** One line for each value that differs: `source.config.url: "a" → "b"`. */
export function differences(before: unknown, after: unknown, path: string): readonly string[] {
  if (isSame(before, after)) return [];
  if (isJsonObject(before) && isJsonObject(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => differences(before[name], after[name], `${path}.${name}`));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((one: unknown, at) => differences(one, after[at], `${path}[${at}]`));
  return [`${path}: ${shown(before)} → ${shown(after)}`];
}

export const isSame = (before: unknown, after: unknown): boolean =>
  before === after || canonicalJson({ value: before }) === canonicalJson({ value: after });

const shown = (value: unknown): string => (value === undefined ? 'not set' : JSON.stringify(value));
