import { describe, expect, it } from '@jest/globals';
import { excerptOf } from './error-detail.js';

describe('the excerpt of an error', () => {
  it.each([
    [{ message: 'Bad credentials' }, 'Bad credentials'],
    [{ error: { code: 400, message: 'Invalid field' } }, 'Invalid field'],
    [{ error: 'invalid_request', error_description: 'No scope' }, 'No scope'],
    [{ type: 'about:blank', title: 'Out of credit', detail: 'Balance is 30' }, 'Balance is 30'],
    [{ errors: [{ message: 'name is required' }, { message: 'other' }] }, 'name is required'],
    [{ error: 'not_found' }, 'not_found'],
    [{ message: '', code: 'validation_error' }, 'validation_error'],
    [{ message: 'two\n\tlines\u0000\u202e' }, 'two lines'],
    [{ message: 'x'.repeat(19) + ' ' + 'y '.repeat(400) }, `${'x'.repeat(19)} ${'y '.repeat(140)}`.slice(0, 299) + '…'],
    ['<html>', null],
    [undefined, null],
    [{}, null],
    [[1, 2], null],
    [{ message: { deep: true } }, null],
  ])('of %j is %j', (detail, excerpt) => {
    expect(excerptOf(detail)).toBe(excerpt);
  });

  it.each([
    'Bearer hunter2-token is not valid',
    'the token=hunter2x is wrong',
    'api_key: "hunter2x" unknown',
    'password hunter2abcdefgh0123456789 refused',
    'see https://me:hunter2@example.com/a',
    'see https://example.com/a?key=hunter2#hunter2',
    'Authorization: Basic aHVudGVyMg==hunter2',
  ])('of %j holds no credential', (message) => {
    expect(excerptOf({ message })).not.toMatch(/hunter2/);
  });

  it('contains none of the secrets of the credential', () => {
    expect(excerptOf({ message: 'user swordfish?' }, (text) => text.replaceAll('swordfish', '[secret]'))).toBe(
      'user [secret]?',
    );
  });
});
