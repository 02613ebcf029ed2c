import type { Scope } from '../../api-key/scope.js';

/** The caller: the key behind the bearer token. */
export interface Caller {
  readonly keyId: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
}
