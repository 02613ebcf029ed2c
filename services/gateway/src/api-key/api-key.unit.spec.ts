import { describe, expect, it } from '@jest/globals';
import type { ApiKeyCommand } from './api-key.commands.js';
import { decideApiKey } from './api-key.decide.js';
import type { ApiKeyEvent } from './api-key.events.js';
import { absentApiKey, evolveApiKey } from './api-key.js';

const key = { keyId: 'k1', tenant: 'acme', name: 'ci', scopes: ['read', 'write'] as const };
const create: ApiKeyCommand = { type: 'CreateApiKey', data: { ...key, at: 1 } };
const revoke: ApiKeyCommand = { type: 'RevokeApiKey', data: { at: 2 } };
const created: ApiKeyEvent = { type: 'ApiKeyCreated', data: { ...key, at: 1 } };
const revoked: ApiKeyEvent = { type: 'ApiKeyRevoked', data: { keyId: 'k1', at: 2 } };

const after = (...events: ApiKeyEvent[]) => events.reduce(evolveApiKey, absentApiKey);

describe('an API key', () => {
  it('is created once, however often it is asked for', () => {
    expect(decideApiKey(create, absentApiKey)).toEqual([created]);
    expect(decideApiKey({ ...create, data: { ...create.data, at: 9 } }, after(created))).toEqual([]);
  });

  it('is revoked once, for ever', () => {
    expect(decideApiKey(revoke, after(created))).toEqual([revoked]);
    expect(decideApiKey(revoke, after(created, revoked))).toEqual([]);
    expect(() => decideApiKey(create, after(created, revoked))).toThrow('revoked');
  });

  it('cannot be revoked before it is there', () => {
    expect(() => decideApiKey(revoke, absentApiKey)).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('tells who it is for, and when it ended', () => {
    expect(after(created)).toEqual({ status: 'active', ...key, createdAt: 1 });
    expect(after(created, revoked)).toEqual({ status: 'revoked', ...key, createdAt: 1, revokedAt: 2 });
  });

  it('is left as it is by an event of a later version', () => {
    const later = { type: 'ApiKeyRenamed', data: { at: 3 } } as unknown as ApiKeyEvent;
    expect(evolveApiKey(after(created), later)).toEqual(after(created));
  });
});
