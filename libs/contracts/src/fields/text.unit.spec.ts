import { describe, expect, it } from '@jest/globals';
import type { TidemarkError } from '../errors.js';
import { CancelJob, CreateJob } from '../shapes/job-requests.js';
import { CreateConnection } from '../shapes/connection-requests.js';
import { validated } from '../validation/validated.js';
import { cleanJson, cleanText } from './text.js';

const source = { connector: 'noop', config: {} };
const refused = [
  ...['a\u0000b', '\u001b[2J', 'line\nbreak', 'tab\there', '\u009b2J', '\u007f', '\ud800', 'a\udc00'],
  ...['\u202eevil', '\u2066x', '\u200fx', '\u061cx', 'a\u2028b'],
];

const problemsOf = (check: () => unknown): readonly unknown[] => {
  try {
    return [check()];
  } catch (error) {
    return (error as TidemarkError).details.fields!.map(({ field }) => field);
  }
};

describe('the text that callers give', () => {
  it.each(refused)('may not be %j, wherever it comes from', (name) => {
    for (const from of ['body', 'message', 'query'] as const) {
      expect(problemsOf(() => validated(CreateConnection, { tenant: 't', name, source }, { from }))).toEqual(['name']);
      const cancel = { tenant: 't', jobId: 'j', reason: name };
      expect(problemsOf(() => validated(CancelJob, cancel, { from }))).toEqual(['reason']);
    }
  });

  it('may be in any language, and is trimmed before its length counts', () => {
    for (const name of ['Ünïcode 日本語 👩‍👩‍👧 שלום', 'می‌خواهم'])
      for (const from of ['body', 'message'] as const) {
        const input = { tenant: 't', name: `  ${name} \n`, source };
        expect(validated(CreateConnection, input, { from })).toMatchObject({ name });
      }
    expect(problemsOf(() => validated(CreateConnection, { tenant: 't', name: ' \t ', source }))).toEqual(['name']);
  });

  it('may have line breaks in a JSON value, but follows the rule there too, in keys and values', () => {
    const job = { tenant: 't', connectionId: 'c', type: 'full' };
    const sql = 'select 1\n\tfrom t\r\n';
    expect(validated(CreateJob, { ...job, parameters: { sql } }, { from: 'body' })).toMatchObject({
      parameters: { sql },
    });
    const parameters = (value: unknown) =>
      problemsOf(() => validated(CreateJob, { ...job, parameters: value }, { from: 'body' }));
    expect(parameters({ a: [{ b: '\u0000' }] })).toEqual(['parameters.a.0.b']);
    expect(parameters({ a: { '\ud800': 1 } })).toEqual(['parameters.a']);
  });
});

describe('text that was stored before the rule', () => {
  it('is clean where it is shown', () => {
    expect(cleanText('a\u001b[2J\ud800\u202eb\n')).toBe('a\ufffd[2J\ufffd\ufffdb\n');
    const value = { 'k\u0000': ['\ud83d', { n: 1, t: '\u009b' }], ok: 'ü\n👍', none: undefined };
    expect(JSON.parse(cleanJson(value))).toEqual({ 'k\ufffd': ['\ufffd', { n: 1, t: '\ufffd' }], ok: 'ü\n👍' });
  });
});
