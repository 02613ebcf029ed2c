import type { ApiKeyEvent } from './api-key.events.js';
import type { Scope } from './scope.js';

export interface ApiKey {
  readonly keyId: string;
  readonly tenant: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: number;
}

export type ApiKeyState =
  | { readonly status: 'absent' }
  | ({ readonly status: 'active' } & ApiKey)
  | ({ readonly status: 'revoked'; readonly revokedAt: number } & ApiKey);

export const absentApiKey: ApiKeyState = { status: 'absent' };

export function evolveApiKey(state: ApiKeyState, { type, data }: ApiKeyEvent): ApiKeyState {
  switch (type) {
    case 'ApiKeyCreated': {
      const { at: createdAt, ...key } = data;
      return { status: 'active', ...key, createdAt };
    }
    case 'ApiKeyRevoked':
      return state.status === 'absent' ? state : { ...state, status: 'revoked', revokedAt: data.at };
  }
}
