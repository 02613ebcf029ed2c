import { asObject, own } from '../json.js';
import type { Json } from '../json.js';
import { child } from './context.js';
import type { Comparison } from './context.js';

/** An entry of two maps that is not the same in both; undefined where one does not have it. */
export interface Entry {
  name: string;
  before: Json | undefined;
  after: Json | undefined;
  pointer: { before: string; after: string };
}

/** The entries of two maps that differ, in the order of their names; `at` says where the maps stand. */
export function differing(
  { dirt }: Pick<Comparison, 'dirt'>,
  old: Json | undefined,
  now: Json | undefined,
  at: Entry['pointer'],
): Entry[] {
  if (dirt.same(old, now)) return [];
  const olds = asObject(old);
  const news = asObject(now);
  return Object.keys({ ...olds, ...news })
    .sort()
    .map((name) => ({
      name,
      before: own(olds, name),
      after: own(news, name),
      pointer: { before: child(at.before, name), after: child(at.after, name) },
    }))
    .filter(({ before, after }) => !dirt.same(before, after));
}

/** The place of a part on both sides. */
export function inside(pointer: Entry['pointer'], ...segments: string[]): Entry['pointer'] {
  return { before: child(pointer.before, ...segments), after: child(pointer.after, ...segments) };
}
