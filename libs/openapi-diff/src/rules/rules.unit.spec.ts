import { describe, expect, it } from '@jest/globals';
import { OVERRIDES, whyOf } from '../index.js';
import { API_RULES } from './api-rules.js';
import { FIELD_RULES } from './field-rules.js';
import { isFieldRule, levelOf, severityOf } from './rules.js';

const field = Object.values(FIELD_RULES).flatMap((ids) => ids.trim().split(/\s+/));

describe('the rule tables', () => {
  it('hold every shared id once', () => {
    expect(new Set(field).size).toBe(field.length);
    expect(field.length).toBe(509);
  });

  it('give a reason for every shared id', () => {
    expect(field.filter((id) => whyOf(id) === undefined)).toEqual([]);
    expect(whyOf('no-such-rule')).toBeUndefined();
  });

  it('override only rules that exist, each with a reason', () => {
    for (const [id, { reason }] of Object.entries(OVERRIDES)) {
      expect([id, isFieldRule(id)]).toEqual([id, true]);
      expect(reason.length).toBeGreaterThan(20);
    }
  });

  it('keep the level of the field for its ids, and the nearest for ours', () => {
    expect(levelOf('api-security-added', 'breaking')).toBe('INFO');
    expect(levelOf('request-parameter-removed', 'risky')).toBe('WARN');
    expect([levelOf('ours', 'breaking'), levelOf('ours', 'risky'), levelOf('ours', 'safe')]).toEqual([
      'ERR',
      'WARN',
      'INFO',
    ]);
  });

  it('judge what the field has no id for by what it does to whom', () => {
    expect(severityOf('request-body-x', 'narrows', 'request')).toBe('breaking');
    expect(severityOf('request-body-x', 'widens', 'request')).toBe('safe');
    expect(severityOf('response-body-x', 'widens', 'response')).toBe('risky');
    expect(severityOf('response-body-x', 'narrows', 'response')).toBe('safe');
    expect(severityOf('response-body-x', 'notes', 'response')).toBe('info');
  });

  it('have a sentence for every rule of the API itself', () => {
    for (const [id, { says }] of Object.entries(API_RULES)) expect([id, /^[a-z{]/.test(says)]).toEqual([id, true]);
  });
});
