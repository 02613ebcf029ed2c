import { stream, type Fact } from '@tidemark/contracts';
import type { Scope } from './scope.js';

export type ApiKeyCreated = Fact<
  'ApiKeyCreated',
  { readonly keyId: string; readonly tenant: string; readonly name: string; readonly scopes: readonly Scope[] }
>;
export type ApiKeyRevoked = Fact<'ApiKeyRevoked', { readonly keyId: string }>;

export type ApiKeyEvent = ApiKeyCreated | ApiKeyRevoked;

/** `apikey-<sha-256 in hex>`: the key itself is never stored. */
export const apiKeyStream = stream<ApiKeyEvent>('apikey', { ApiKeyCreated: true, ApiKeyRevoked: true });
