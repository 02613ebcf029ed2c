import { beforeAll, describe, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import {
  canonicalJson,
  compare,
  normalize,
  parse,
  summarize,
  type Change,
  type JsonObject,
  type ParsedDocument,
} from './index.js';
import { asObject } from './json.js';
import { valueAt } from './pointers.js';
import { METHODS } from './normalize/kinds.js';
import { DATA, PAIRS, readPair } from './testing/pairs.js';
import { shuffled } from './testing/shuffle.js';

const suite = DATA === undefined ? describe.skip : describe;

const again = (document: JsonObject, format: 'json' | 'yaml'): ParsedDocument =>
  parse(format === 'json' ? JSON.stringify(document) : stringify(document, { aliasDuplicateObjects: false }), {
    format,
  });

const endpoints = (document: JsonObject): Set<string> => {
  const found = new Set<string>();
  for (const [path, item] of Object.entries(asObject(document['paths']))) {
    for (const method of Object.keys(asObject(item))) if (METHODS.has(method)) found.add(`${method} ${path}`);
  }
  return found;
};

suite.each(PAIRS)('the real pair %s', (name) => {
  let old: ParsedDocument;
  let now: ParsedDocument;
  beforeAll(() => void ([old, now] = [parse(readPair(name, 'old')), parse(readPair(name, 'new'))]));

  it('shows no change against itself, in any order', () => {
    for (const document of [old, now]) {
      const other = again(shuffled(document.document, 7), 'json');
      expect(compare(document, document).changes).toEqual([]);
      expect(compare(document, other).changes).toEqual([]);
      expect(canonicalJson(normalize(other))).toBe(canonicalJson(normalize(document)));
    }
  }, 60_000);

  it('shows no change between JSON and YAML', () => {
    if (name === 'github') return; // 13 MB of YAML take a minute and show nothing that the others do not
    const other = again(old.document, old.format === 'json' ? 'yaml' : 'json');
    expect(compare(old, other).changes).toEqual([]);
    expect(canonicalJson(normalize(other))).toBe(canonicalJson(normalize(old)));
  }, 60_000);

  it('finds exactly the operations that were added and removed', () => {
    const before = endpoints(old.document);
    const after = endpoints(now.document);
    const { operations } = summarize(compare(old, now).changes);
    const key = ({ method, path }: { method: string; path: string }): string => `${method} ${path}`;
    const shape = (operation: string): string => operation.replaceAll(/\{[^}]*\}/g, '{}');
    const shapesBefore = new Set([...before].map(shape));
    const shapesAfter = new Set([...after].map(shape));
    expect(operations.added.map(key).sort()).toEqual(
      [...after].filter((item) => !shapesBefore.has(shape(item))).sort(),
    );
    expect(operations.removed.map(key).sort()).toEqual(
      [...before].filter((item) => !shapesAfter.has(shape(item))).sort(),
    );
  }, 60_000);

  it('gives the same changes from canonical APIs as from documents', () => {
    const rules = (changes: { id: string }[]): string[] => changes.map((change) => change.id).sort();
    const stored = [old, now].map((document) => JSON.parse(canonicalJson(normalize(document))));
    expect(rules(compare(stored[0], stored[1]).changes)).toEqual(rules(compare(old, now).changes));
  }, 60_000);

  it('gives mirror images in the two directions', () => {
    const bare = (path = ''): string => path.replaceAll(/\{[^}]*\}/g, '{}');
    const key = (change: Change, [one, other]: ['before' | 'after', 'before' | 'after']): string => {
      const reached = (change.operations ?? [change.operation])
        .map((each) => `${each?.method} ${bare(each?.path)}`)
        .sort();
      return JSON.stringify([change.pointer[one], change.pointer[other], change[one], change[other], reached]);
    };
    const counted = (keys: string[]): string[] => keys.sort();
    const judged = (changes: Change[]): Change[] =>
      changes.filter((change) => !/^api-(major-)?version/.test(change.rule));
    const forth = judged(compare(old, now).changes).map((change) => key(change, ['before', 'after']));
    const back = judged(compare(now, old).changes).map((change) => key(change, ['after', 'before']));
    expect(counted(back)).toEqual(counted(forth));
  }, 60_000);

  it('points to places that exist in both documents', () => {
    for (const { pointer } of compare(old, now).changes) {
      if (pointer.before !== undefined) expect(valueAt(old.document, pointer.before)).toBeDefined();
      if (pointer.after !== undefined) expect(valueAt(now.document, pointer.after)).toBeDefined();
    }
  }, 60_000);
});
