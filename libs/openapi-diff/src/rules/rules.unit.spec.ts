import { describe, expect, it } from '@jest/globals';
import { rules, type Rule } from '../index.js';
import { ruleOf, type Direction, type Effect } from './rule.js';
import { levelOf } from './rules.js';

const rule = (id: string): Rule => {
  const found = rules().get(id);
  if (found === undefined) throw new Error(`no rule ${id}`);
  return found;
};

describe('the table of rules', () => {
  it('holds every rule of oasdiff once', () => {
    expect([...rules().values()].filter(({ oasdiff }) => oasdiff !== undefined)).toHaveLength(509);
  });

  it('gives each rule its own id, a sentence and a reason', () => {
    for (const [id, { id: own, says, why }] of rules())
      expect([id, own === id, /^[a-z{]/.test(says), why.length > 20]).toEqual([id, true, true, true]);
  });

  it('follows the levels of oasdiff, where INFO is words or without harm', () => {
    expect(rule('request-body-removed')).toMatchObject({ oasdiff: 'ERR', severity: 'breaking' });
    expect(rule('request-parameter-removed')).toMatchObject({ oasdiff: 'WARN', severity: 'risky' });
    expect(rule('endpoint-added')).toMatchObject({ oasdiff: 'INFO', severity: 'safe' });
    expect(rule('endpoint-deprecated')).toMatchObject({ oasdiff: 'INFO', severity: 'info' });
  });

  it('departs from them where a row says so, with a reason of its own', () => {
    expect(rule('api-security-removed')).toMatchObject({
      oasdiff: 'INFO',
      severity: 'breaking',
      why: 'callers that authenticate in this way are refused',
    });
  });

  it('finds the rule of a kind of schema change by direction and place', () => {
    expect(rule('request-body-max-decreased')).toMatchObject({ effect: 'narrows', severity: 'breaking' });
    expect(rule('response-header-max-decreased')).toMatchObject({ oasdiff: undefined, severity: 'safe' });
    expect(rule('request-read-only-property-max-decreased')).toMatchObject({ oasdiff: 'INFO', severity: 'safe' });
    expect(rule('response-property-pattern-property-removed').why).toMatch(/never had to expect/);
  });

  it('keeps the level of oasdiff for its ids, and the nearest for ours', () => {
    expect(levelOf(rule('api-security-removed'), 'breaking')).toBe('INFO');
    const own = rule('server-removed');
    expect(own.oasdiff).toBeUndefined();
    expect([levelOf(own, 'breaking'), levelOf(own, 'risky'), levelOf(own, 'safe')]).toEqual(['ERR', 'WARN', 'INFO']);
  });

  it.each<[Effect, Direction, string]>([
    ['narrows', 'request', 'breaking'],
    ['widens', 'request', 'safe'],
    ['widens', 'response', 'risky'],
    ['narrows', 'response', 'safe'],
    ['notes', 'response', 'info'],
  ])('judges our own rules by what they do to whom: one that %s in a %s is %s', (effect, direction, severity) => {
    expect(ruleOf({ id: 'own', effect, says: '' }, direction).severity).toBe(severity);
  });
});
