import { describe, expect, it } from '@jest/globals';
import { selectChanges, type Selection, type StoredChange } from './select.js';

const now = new Date('2026-03-01T12:00:00Z');
const change = (rule: string, severity: string, ...operations: string[]): StoredChange => ({
  ...{ changeId: rule, rule, severity, operations, pointer: {} },
});
const changes = [
  change('a', 'breaking', 'GET /pets'),
  change('b', 'breaking', 'GET /pets', 'POST /pets'),
  change('c', 'safe', 'POST /pets'),
  change('d', 'info'),
];
const ignore: Selection['ignore'] = [{ operation: 'GET /pets', reason: 'not ours' }];

const select = (filter: Selection['filter'], more: Partial<Selection> = {}) =>
  selectChanges(changes, { filter, ignore, now, from: 0, count: 10, ...more });
const rulesOf = (filter: Selection['filter'], more?: Partial<Selection>) =>
  select(filter, more).data.map((one) => one.change.rule);

describe('a selection of changes', () => {
  it('has those that pass every part of the filter', () => {
    expect(rulesOf({})).toEqual(['a', 'b', 'c', 'd']);
    expect(rulesOf({ severity: ['breaking', 'info'] })).toEqual(['a', 'b', 'd']);
    expect(rulesOf({ rule: 'b' })).toEqual(['b']);
    expect(rulesOf({ operation: 'post /pets' })).toEqual(['b', 'c']);
    expect(rulesOf({ operation: 'POST /pets', severity: ['safe'] })).toEqual(['c']);
  });

  it('marks what the ignore list leaves out for all its operations, and can be asked for just that', () => {
    expect(select({}).data.map(({ ignoredBy }) => ignoredBy?.reason)).toEqual([
      'not ours',
      undefined,
      undefined,
      undefined,
    ]);
    expect(rulesOf({ ignored: true })).toEqual(['a']);
    expect(rulesOf({ ignored: false })).toEqual(['b', 'c', 'd']);
    expect(rulesOf({ ignored: true }, { ignore: [] })).toEqual([]);
    const ended = [{ operation: 'GET /pets', until: '2026-03-01T12:00:00Z' }];
    expect(rulesOf({ ignored: true }, { ignore: ended })).toEqual([]);
  });

  it('is one page, and counts all that pass', () => {
    expect(rulesOf({}, { from: 1, count: 2 })).toEqual(['b', 'c']);
    expect(rulesOf({ severity: ['breaking'] }, { from: 1, count: 2 })).toEqual(['b']);
    expect(select({ severity: ['breaking'] }, { count: 1 }).total).toBe(2);
    expect(rulesOf({}, { from: 4 })).toEqual([]);
  });

  it('sums up everything, whatever the filter and the page', () => {
    const sums = { bySeverity: { breaking: 1, safe: 1, info: 1 }, ignored: 1 };
    expect(select({ rule: 'd' }, { count: 0 })).toEqual({ data: [], total: 1, ...sums });
  });
});
