import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { operationsOf, operationText, type Change } from './change.js';
import { bundleFiles, compare, parse, unresolvedReferences, type ParsedDocument } from './index.js';
import { DATA, PAIRS, readPair } from './testing/pairs.js';
import { split, upgraded } from './testing/rewritten.js';

const suite = DATA === undefined ? describe.skip : describe;
const now = new Date('2026-06-01');

/** What is expected of each pair: its name, then a line for each breaking change. */
const EXPECTED = new Map(
  readFileSync(new URL('./testing/breaking-lines.txt', import.meta.url), 'utf8')
    .split(/^# /m)
    .slice(1)
    .map((part) => part.trimEnd().split('\n'))
    .map(([name, ...lines]) => [name!, lines]),
);

const lineOf = (change: Change): string => {
  const [first, ...others] = operationsOf(change).map(operationText).sort();
  const where = first === undefined ? '-' : others.length === 0 ? first : `${first} and ${others.length} more`;
  return `${change.rule} | ${where} | ${change.message}`;
};

suite.each(PAIRS)('the real pair %s', (name) => {
  let old: ParsedDocument;
  beforeAll(() => void (old = parse(readPair(name, 'old'))));

  it('has exactly the breaking changes that are listed', () => {
    const { changes } = compare(old, parse(readPair(name, 'new')), { now });
    const lines = changes.filter(({ severity }) => severity === 'breaking').map(lineOf);
    expect(lines.sort()).toEqual(EXPECTED.get(name));
  }, 60_000);

  it('shows no change when tools rewrite it for version 3.1', () => {
    if (old.version !== '3.0') return;
    const rewritten = parse(JSON.stringify(upgraded(old.document)));
    expect(compare(old, rewritten).changes).toEqual([]);
    expect(compare(rewritten, old).changes).toEqual([]);
  }, 60_000);

  it('shows no change when it is split into files', async () => {
    if (old.version === '2.0') return;
    const files = split(old.document);
    const read = async (url: string) => {
      const file = files.get(decodeURIComponent(url.slice('file:///'.length)));
      return file && new TextEncoder().encode(JSON.stringify(file));
    };
    const root = parse(JSON.stringify(files.get('openapi.json')));
    const bundled = await bundleFiles(root, 'file:///openapi.json', read);
    expect(unresolvedReferences(bundled)).toEqual(unresolvedReferences(old));
    // Nothing refers to the files of schemas that are not used.
    const judged = ({ changes }: { changes: Change[] }) =>
      changes.filter(({ rule }) => !/^api-schema-(added|removed)$/.test(rule));
    expect(judged(compare(old, bundled))).toEqual([]);
    expect(judged(compare(bundled, old))).toEqual([]);
  }, 60_000);
});
