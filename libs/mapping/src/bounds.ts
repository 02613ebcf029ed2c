import type { Json } from '@tidemark/foundation';

/** Lists and objects inside each other. */
export const MAX_DEPTH = 100;

/** Whether a value is nested no deeper than that; found without recursion, whatever the value is. */
export function isShallow(value: Json): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) return false;
    const next: unknown[] = [];
    for (const one of level)
      if (typeof one === 'object' && one !== null) for (const member of Object.values(one)) next.push(member);
    level = next;
  }
  return true;
}
