import type { CredentialData } from './credential-data.js';
import type { Credential } from './credential.js';
import { isSameRenewal, type HeldTokens } from './held-tokens.js';
import { OAuthCredential } from './oauth-credential.js';
import { StaticCredential } from './static-credential.js';
import type { TokenEndpointOptions } from './token-endpoint.js';

/** A credential that is not stored: renewed tokens are lost with the process. For the command line, and for tests. */
export function createCredential(id: string, data: CredentialData, options: TokenEndpointOptions): Credential {
  if (data.kind === 'bearer' || data.kind === 'basic' || data.kind === 'api-key') return new StaticCredential(id, data);
  let held: HeldTokens = { revision: '1', client: data.client, tokens: data.tokens };
  const isSame = (seen: Pick<HeldTokens, 'revision' | 'renewal'>) =>
    seen.revision === held.revision && isSameRenewal(seen.renewal, held.renewal);
  return new OAuthCredential(
    id,
    data.kind,
    {
      load: async () => held,
      mark: async (seen, renewal) => {
        if (!isSame(seen)) return false;
        held = { ...held, renewal };
        return true;
      },
      save: async (revision, tokens) => {
        if (revision !== held.revision) return null;
        held = { client: held.client, tokens, revision: `${Number(revision) + 1}` };
        return held.revision;
      },
    },
    options,
  );
}
