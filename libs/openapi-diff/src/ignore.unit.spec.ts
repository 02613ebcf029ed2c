import { describe, expect, it } from '@jest/globals';
import { ignoredBy, IgnoreListError, readIgnoreList, type IgnoreRule } from './index.js';
import { changesBetween, edited, sampleApi } from './testing/api.js';

const after = edited((document) => {
  document.components.schemas.Pet.properties.id.maximum = 800;
  document.paths['/pets'].get.parameters[0].required = true;
});

const left = (...ignore: IgnoreRule[]): string[] =>
  changesBetween(sampleApi(), after, { ignore, now: new Date('2026-01-15') }).map((change) => change.rule);

const all = ['request-parameter-became-required', 'request-property-max-decreased', 'response-property-max-decreased'];

describe('an ignore list', () => {
  it.each<[string, IgnoreRule, string[]]>([
    ['a rule', { rule: 'request-property-max-decreased' }, [all[0]!, all[2]!]],
    ['rules by pattern', { rule: '*-max-decreased' }, [all[0]!]],
    ['a pointer and all below it', { pointer: '/components/schemas/Pet' }, [all[0]!]],
    ['a pointer with a hash', { pointer: '#/components/schemas/Pet/properties/id' }, [all[0]!]],
    ['an operation', { operation: 'GET /pets', rule: 'request-parameter-*' }, [all[1]!, all[2]!]],
    ['all operations below a path', { operation: '* /pets*' }, []],
    ['not half a name', { pointer: '/components/schemas/Pe' }, all],
    ['not what matches in part', { rule: all[0]!, operation: 'POST /pets' }, all],
    ['what is still in force', { rule: '*', until: '2026-02-01' }, []],
    ['not what has ended', { rule: '*', until: '2026-01-15' }, all],
    ['nothing when it names nothing', { reason: 'just because' }, all],
  ])('leaves out %s', (_, rule, expected) => {
    expect(left(rule).sort()).toEqual(expected);
  });

  it('leaves out one change by its id', () => {
    const [first] = changesBetween(sampleApi(), after);
    expect(left({ changeId: first!.id })).toHaveLength(2);
  });

  it('takes single operations from a shared change', () => {
    const [change] = changesBetween(sampleApi(), after, {
      ignore: [{ operation: 'GET /pets', reason: 'ours' }, { rule: 'request-*' }],
    });
    expect(change?.operations).toEqual([
      { method: 'post', path: '/pets' },
      { method: 'get', path: '/pets/{id}' },
    ]);
  });

  it('is read from plain data', () => {
    const rules = [
      { rule: 'x', reason: 'known', until: '2030-01-31' },
      { pointer: '#/components/schemas/A~1b', until: null },
      { operation: '* /pets/*', until: '2028-02-29T08:00:00.5+01:00' },
    ];
    expect(readIgnoreList(JSON.parse(JSON.stringify(rules)))).toEqual(rules);
  });

  it.each<[unknown, string]>([
    [{}, 'ignore'],
    [['x'], 'ignore[0]'],
    [[{ rule: 1 }], 'ignore[0].rule'],
    [[{ rules: 'x' }], 'ignore[0].rules'],
    [[{ rule: 'x' }, { reason: 'y' }], 'ignore[1]'],
    [[{ rule: 'x', until: 'soon' }], 'ignore[0].until'],
    [[{ rule: 'x', until: '1' }], 'ignore[0].until'],
    [[{ rule: 'x', until: '2027-02-29' }], 'ignore[0].until'],
    [[{ rule: '' }], 'ignore[0].rule'],
    [[{ changeId: 'bcc1c8fc-423e-5a63-be54-d8983d75f079' }], 'ignore[0].changeId'],
    [[{ pointer: 'components/schemas' }], 'ignore[0].pointer'],
    [[{ pointer: '/paths/~2' }], 'ignore[0].pointer'],
    [[{ operation: '/pets' }], 'ignore[0].operation'],
  ])('names the field at fault in %j', (value, field) => {
    expect(() => readIgnoreList(value)).toThrow(IgnoreListError);
    expect(() => readIgnoreList(value)).toThrow(expect.objectContaining({ field }) as unknown as Error);
  });
});

describe('the rule that a kept change is ignored by', () => {
  const change = {
    changeId: 'c1',
    rule: 'response-property-removed',
    pointer: {},
    operations: ['GET /pets', 'POST /pets'],
  };
  const by = (...rules: IgnoreRule[]) => ignoredBy(rules, new Date('2026-03-01'))(change);

  it('must be found for every operation that the change reaches', () => {
    expect(by({ operation: 'get /pets' })).toBeUndefined();
    expect(by({ operation: 'GET /pets', reason: 'a' }, { operation: 'POST /*' })).toEqual({
      operation: 'GET /pets',
      reason: 'a',
    });
    expect(by({ rule: 'response-*' })).toEqual({ rule: 'response-*' });
    expect(by({ changeId: 'c2' })).toBeUndefined();
  });

  it('holds until its end, and a change without an operation can be ignored too', () => {
    expect(by({ rule: '*', until: '2026-02-01' })).toBeUndefined();
    expect(ignoredBy([{ changeId: 'c1' }], new Date())({ ...change, operations: [] })).toEqual({ changeId: 'c1' });
    expect(ignoredBy([{ operation: '*' }], new Date())({ ...change, operations: [] })).toBeUndefined();
  });
});
