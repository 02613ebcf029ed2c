import type { Scope } from './scope.js';

/** `at` is milliseconds since the epoch. The key itself is never stored: its stream is named by its hash. */
interface Fact<Type extends string, Data> {
  readonly type: Type;
  readonly data: Data & { readonly at: number };
}

export type ApiKeyCreated = Fact<
  'ApiKeyCreated',
  { readonly keyId: string; readonly tenant: string; readonly name: string; readonly scopes: readonly Scope[] }
>;
export type ApiKeyRevoked = Fact<'ApiKeyRevoked', { readonly keyId: string }>;

/** The events of an `apikey-<sha-256 in hex>` stream. */
export type ApiKeyEvent = ApiKeyCreated | ApiKeyRevoked;
