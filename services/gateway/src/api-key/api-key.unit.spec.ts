import { describe, expect, it } from '@jest/globals';
import { given } from '@tidemark/event-store/testing';
import type { ApiKeyCommand } from './api-key.commands.js';
import { apiKeyDecider } from './api-key.decide.js';
import type { ApiKeyEvent } from './api-key.events.js';

const key = { keyId: 'k1', tenant: 'acme', name: 'ci', scopes: ['read', 'write'] as const };
const create: ApiKeyCommand = { type: 'CreateApiKey', data: { ...key, at: 1 } };
const revoke: ApiKeyCommand = { type: 'RevokeApiKey', data: { at: 2 } };
const created: ApiKeyEvent = { type: 'ApiKeyCreated', data: { ...key, at: 1 } };
const revoked: ApiKeyEvent = { type: 'ApiKeyRevoked', data: { keyId: 'k1', at: 2 } };

const givenKey = given(apiKeyDecider);

describe('an API key', () => {
  it('is created once, however often it is requested', () => {
    givenKey().when(create).then(created);
    givenKey(created)
      .when({ ...create, data: { ...create.data, at: 9 } })
      .thenNothing();
  });

  it('is revoked once, permanently', () => {
    givenKey(created).when(revoke).then(revoked);
    givenKey(created, revoked).when(revoke).thenNothing();
    givenKey(created, revoked).when(create).thenRefused({ code: 'CONFLICT' });
  });

  it('cannot be revoked before it exists', () => {
    givenKey().when(revoke).thenRefused({ code: 'NOT_FOUND' });
  });

  it('records its owner, and when it was revoked', () => {
    expect(givenKey(created).state).toEqual({ status: 'active', ...key, createdAt: 1 });
    expect(givenKey(created, revoked).state).toEqual({ status: 'revoked', ...key, createdAt: 1, revokedAt: 2 });
  });
});
