import { describe, expect, it } from '@jest/globals';
import { projectionTwice } from '@tidemark/read-model/testing';
import { keysProjection } from './keys.projection.js';

describe('the api-keys view', () => {
  const recorded = (type: string, data: object, revision: number) => ({
    ...{ id: `e${revision}`, type, data, metadata: {}, stream: 'apikey-abc', revision },
    ...{ position: revision, recordedAt: 0 },
  });

  it('has one document a key, run once or twice', () => {
    const key = { keyId: 'k1', tenant: 'acme', name: 'ci', scopes: ['read'] };
    const created = recorded('ApiKeyCreated', { ...key, at: 0 }, 0);
    const document = { id: 'k1', tenant: 'acme', name: 'ci', scopes: ['read'], hash: 'abc', revokedAt: null };
    const createdAt = '1970-01-01T00:00:00.000Z';
    expect(projectionTwice(keysProjection, [created]).get('k1')).toEqual({ ...document, createdAt });
    const revoked = recorded('ApiKeyRevoked', { keyId: 'k1', at: 1000 }, 1);
    const revokedAt = '1970-01-01T00:00:01.000Z';
    expect(projectionTwice(keysProjection, [created, revoked]).get('k1')).toEqual({
      ...document,
      createdAt,
      revokedAt,
    });
  });
});
