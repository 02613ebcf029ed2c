import { describe, expect, it } from '@jest/globals';
import type { IgnoreListCommand } from './ignore-list.commands.js';
import { decideIgnoreList, MAX_RULES } from './ignore-list.decide.js';
import { emptyIgnoreList, evolveIgnoreList, type IgnoreList } from './ignore-list.js';

const about = { tenant: 'acme', connectionId: 'c1', at: Date.parse('2026-03-01T12:00:00Z') };
const add = (id: string): IgnoreListCommand => ({
  type: 'AddIgnoreRule',
  data: { ...about, id, match: { rule: 'a-*' }, reason: 'not ours', until: null, actor: 'key:k1' },
});
const remove = (id: string): IgnoreListCommand => ({ type: 'RemoveIgnoreRule', data: { ...about, id } });

const after = (...commands: IgnoreListCommand[]): IgnoreList =>
  commands.reduce((list, command) => decideIgnoreList(command, list).reduce(evolveIgnoreList, list), emptyIgnoreList);

describe('an ignore list', () => {
  it('keeps its rules in the order in which they came, each with who asked and when', () => {
    const { rules } = after(add('r1'), add('r2'));
    expect(rules.map(({ id }) => id)).toEqual(['r1', 'r2']);
    expect(rules[0]).toEqual({
      id: 'r1',
      rule: 'a-*',
      reason: 'not ours',
      until: null,
      createdAt: '2026-03-01T12:00:00.000Z',
      createdBy: 'key:k1',
    });
  });

  it('takes a rule once, and again after it was removed', () => {
    expect(decideIgnoreList(add('r1'), after(add('r1')))).toEqual([]);
    expect(after(add('r1'), remove('r1')).rules).toEqual([]);
    expect(after(add('r1'), remove('r1'), add('r1')).rules).toHaveLength(1);
  });

  it('refuses to remove what is not there', () => {
    expect(() => decideIgnoreList(remove('r1'), after())).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('has an end', () => {
    const full = after(...Array.from({ length: MAX_RULES }, (_, n) => add(`r${n}`)));
    expect(() => decideIgnoreList(add('one more'), full)).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
    expect(decideIgnoreList(add('r0'), full)).toEqual([]);
  });
});
