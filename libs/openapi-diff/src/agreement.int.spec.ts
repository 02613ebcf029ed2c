import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compare, parse, type Stability } from './index.js';
import { DATA } from './testing/pairs.js';

const suite = DATA === undefined ? describe.skip : describe;

/** A labelled pair of descriptions, with the changes that oasdiff reports. */
interface Case {
  case: number;
  base: string;
  revision: string;
  verified?: boolean;
  options?: { stabilityLevel?: Stability };
  expected?: { id: string; level: string; operation?: string; path?: string }[];
}

const cases = (folder: string): Case[] =>
  JSON.parse(readFileSync(join(DATA as string, folder, 'cases.json'), 'utf8')) as Case[];

const changesOf = (folder: string, item: Case, levels: 'oasdiff' | 'tidemark') => {
  const read = (path: string) => parse(readFileSync(join(DATA as string, folder, path)), { source: path });
  const level = item.options?.stabilityLevel;
  // The labels were made with no least number of days before a sunset, so those options stay out.
  const options = {
    levels,
    perOperation: true,
    now: new Date('2026-11-22'),
    ...(level === undefined ? {} : { stabilityLevel: level }),
  };
  return compare(read(item.base), read(item.revision), options).changes;
};

suite('the labelled cases', () => {
  it('are judged as oasdiff does, at least 95 of 100', () => {
    const judged = cases('cases').filter((item) => item.verified === true);
    const differing = judged.flatMap((item) => {
      const expected = (item.expected ?? []).map(
        ({ id, level, operation = '', path = '' }) => `${level} ${id} ${operation} ${path}`,
      );
      const found = changesOf('cases', item, 'oasdiff').map(
        ({ rule, level, operation }) =>
          `${level} ${rule} ${operation?.method.toUpperCase() ?? ''} ${operation?.path ?? ''}`,
      );
      const lost = [...new Set(expected)].filter((line) => !found.includes(line));
      const surplus = [...new Set(found)].filter((line) => !expected.includes(line));
      return lost.length + surplus.length === 0 ? [] : [{ case: item.case, lost, surplus }];
    });
    const rate = (judged.length - differing.length) / judged.length;
    expect({ rate: rate >= 0.95, differing: rate >= 0.95 ? [] : differing }).toEqual({ rate: true, differing: [] });
  }, 60_000);

  it.each(['cases', 'unlabelled'])(
    'in %s never leave out in our own judgement what oasdiff finds breaking',
    (folder) => {
      const silent = cases(folder).flatMap((item) => {
        // Inheritance written in another way is no change to us, nor is an alternative under another name.
        const errors = changesOf(folder, item, 'oasdiff').filter((change) => change.level === 'ERR');
        const theirs = errors.filter((change) => !/-(all|any|one)-of-/.test(change.rule));
        return theirs.length > 0 && changesOf(folder, item, 'tidemark').length === 0 ? [item.case] : [];
      });
      expect(silent).toEqual([]);
    },
    60_000,
  );
});
