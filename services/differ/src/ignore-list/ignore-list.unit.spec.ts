import { describe, expect, it } from '@jest/globals';
import { given } from '@tidemark/event-store/testing';
import type { IgnoreListCommand } from './ignore-list.commands.js';
import { ignoreListDecider, MAX_RULES } from './ignore-list.decide.js';
import type { IgnoreRuleAdded, IgnoreRuleRemoved } from './ignore-list.events.js';

const about = { tenant: 'acme', connectionId: 'c1', at: Date.parse('2026-03-01T12:00:00Z') };
const ruleOf = (id: string) =>
  ({ ...about, id, match: { rule: 'a-*' }, reason: 'not ours', until: null, actor: 'key:k1' }) as const;
const add = (id: string): IgnoreListCommand => ({ type: 'AddIgnoreRule', data: ruleOf(id) });
const added = (id: string): IgnoreRuleAdded => ({ type: 'IgnoreRuleAdded', data: ruleOf(id) });
const remove = (id: string): IgnoreListCommand => ({ type: 'RemoveIgnoreRule', data: { ...about, id } });
const removed = (id: string): IgnoreRuleRemoved => ({ type: 'IgnoreRuleRemoved', data: { ...about, id } });

const givenList = given(ignoreListDecider);

describe('an ignore list', () => {
  it('keeps its rules in the order in which they were added, each with actor and time', () => {
    const { rules } = givenList(added('r1'), added('r2')).state;
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

  it('accepts a rule once, and again after it was removed', () => {
    givenList().when(add('r1')).then(added('r1'));
    givenList(added('r1')).when(add('r1')).thenNothing();
    givenList(added('r1')).when(remove('r1')).then(removed('r1'));
    givenList(added('r1'), removed('r1')).when(add('r1')).then(added('r1'));
    expect(givenList(added('r1'), removed('r1')).state.rules).toEqual([]);
  });

  it('refuses to remove an unknown rule', () => {
    givenList().when(remove('r1')).thenRefused({ code: 'NOT_FOUND' });
  });

  it('has a limited size', () => {
    const full = givenList(...Array.from({ length: MAX_RULES }, (_, n) => added(`r${n}`)));
    full.when(add('one more')).thenRefused({ code: 'CONFLICT' });
    full.when(add('r0')).thenNothing();
  });
});
