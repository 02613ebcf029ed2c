import { instantOf } from '@tidemark/foundation';
import type { Projection } from '@tidemark/read-model';
import { apiKeyStream, type ApiKeyEvent } from '../../api-key/api-key.events.js';
import type { Scope } from '../../api-key/scope.js';

export interface KeyDocument {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Part of the key's stream name; not shown to callers. */
  readonly hash: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

/** View `api-keys`, owned by the gateway: one document per key, including revoked ones. */
export const keysProjection: Projection<KeyDocument, ApiKeyEvent> & { readonly internal: readonly ['hash'] } = {
  name: 'api-keys',
  version: 1,
  indexes: [['tenant', 'createdAt'], ['createdAt']],
  internal: ['hash'],
  streams: [apiKeyStream],
  keys: ({ data }) => [data.keyId],
  evolve(document, event) {
    switch (event.type) {
      case 'ApiKeyCreated': {
        const { keyId: id, at, ...key } = event.data;
        return { id, ...key, hash: apiKeyStream.idOf(event.stream), createdAt: instantOf(at), revokedAt: null };
      }
      case 'ApiKeyRevoked':
        return document && { ...document, revokedAt: instantOf(event.data.at) };
    }
  },
};
