import { describe, expect, it } from '@jest/globals';
import { withoutSecrets } from './without-secrets.js';

describe('a message without its secrets', () => {
  it('keeps names and everything else', () => {
    const data = { tenant: 'acme', jobId: 'j', n: 1, list: [{ url: 'https://a.example/x?page=2' }], none: null };
    expect(withoutSecrets(data)).toEqual(data);
  });

  it.each([
    [{ password: 'p' }, { password: '(hidden)' }],
    [{ headers: { Authorization: 'Bearer abcdefgh' } }, { headers: { Authorization: '(hidden)' } }],
    [{ 'X-Vault-Token': ['a'] }, { 'X-Vault-Token': '(hidden)' }],
    [
      { api_key: 5, deep: [{ clientSecret: {} }] },
      { api_key: '(hidden)', deep: [{ clientSecret: '(hidden)' }] },
    ],
    ['failed at https://me:pw@host/x', 'failed at https://(hidden)@host/x'],
    ['GET https://host/x?page=1&access_token=abc&z=1', 'GET https://host/x?page=1&access_token=(hidden)&z=1'],
    ['sent Bearer abcdefgh.ijk', 'sent Bearer (hidden)'],
  ])('%j', (given, shown) => {
    expect(withoutSecrets(given)).toEqual(shown);
  });

  it('ends in time and depth for any text', () => {
    let deep: unknown = 'bottom';
    for (let i = 0; i < 10_000; i++) deep = { deep };
    expect(JSON.stringify(withoutSecrets(deep)).length).toBeLessThan(1_000);
    const text = '?a'.repeat(200_000) + '://'.repeat(200_000) + 'Bearer '.repeat(100_000);
    expect(withoutSecrets(text)).toBe(text);
  });
});
