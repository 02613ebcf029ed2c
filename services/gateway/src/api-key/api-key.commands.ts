import type { Scope } from './scope.js';

export type ApiKeyCommand =
  | {
      readonly type: 'CreateApiKey';
      readonly data: {
        readonly keyId: string;
        readonly tenant: string;
        readonly name: string;
        readonly scopes: readonly Scope[];
        readonly at: number;
      };
    }
  | { readonly type: 'RevokeApiKey'; readonly data: { readonly at: number } };
