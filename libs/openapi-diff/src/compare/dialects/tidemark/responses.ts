import type { Both } from '../../../both.js';
import { asObject, own, type Json } from '../../../json.js';
import type { Entry } from '../../comparison.js';
import type { Side } from '../../side.js';

/**
 * Responses that only one side has, with the range or the default of the other that covers their code. A range that fell
 * apart into codes (or the other way round) is compared with each of them, and not reported itself.
 */
export const coveredResponses = (
  sides: Both<Side>,
  entries: readonly Entry[],
  { before, after }: Both<Json | undefined>,
): readonly Entry[] => {
  const [old, now] = [asObject(before), asObject(after)];
  const used = { before: new Set<string>(), after: new Set<string>() };
  const read = entries.map((entry): Entry => {
    if (!/^\d{3}$/.test(entry.name)) return entry;
    if (entry.before === undefined) {
      const cover = coverOf(entry.name, Object.keys(old));
      if (cover === undefined) return entry;
      used.before.add(cover);
      return {
        ...entry,
        before: own(old, cover),
        pointer: { ...entry.pointer, before: replaced(entry.pointer.before, cover) },
      };
    }
    if (entry.after !== undefined) return entry;
    const cover = coverOf(entry.name, Object.keys(now));
    // What is said of no body in particular takes none away.
    const isBare = cover === undefined || sides.after.nodeOf(own(now, cover))['content'] === undefined;
    if (isBare && sides.before.nodeOf(entry.before)['content'] !== undefined) return entry;
    if (cover === undefined) return entry;
    used.after.add(cover);
    return {
      ...entry,
      after: own(now, cover),
      pointer: { ...entry.pointer, after: replaced(entry.pointer.after, cover) },
    };
  });
  return read.filter(
    ({ name, before: was, after: is }) =>
      !(is === undefined && used.before.has(name)) && !(was === undefined && used.after.has(name)),
  );
};

const coverOf = (status: string, names: readonly string[]): string | undefined => {
  const range = names.find((name) => name.toUpperCase() === `${status.charAt(0)}XX`);
  return range ?? names.find((name) => name === 'default');
};

const replaced = (pointer: string, name: string): string => pointer.slice(0, pointer.lastIndexOf('/') + 1) + name;
