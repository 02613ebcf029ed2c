import { asObject, own, type Json } from '../json.js';
import { child, type Comparison } from './context.js';

/** An entry of two maps that is not the same in both; undefined where one does not have it. */
export interface Entry {
  readonly name: string;
  readonly before: Json | undefined;
  readonly after: Json | undefined;
  readonly pointer: { before: string; after: string };
}

/** The entries of two maps that differ, in the order of their names; `at` says where the maps stand. */
export const differing = (
  { dirt }: Pick<Comparison, 'dirt'>,
  old: Json | undefined,
  now: Json | undefined,
  at: Entry['pointer'],
): Entry[] => {
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
};

/** The place of a part on both sides. */
export const inside = (pointer: Entry['pointer'], ...segments: string[]): Entry['pointer'] => ({
  before: child(pointer.before, ...segments),
  after: child(pointer.after, ...segments),
});
