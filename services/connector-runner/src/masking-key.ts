import { StageFailed } from '@tidemark/pipelines';
import type { Vault } from '@tidemark/vault';
import type { MaskingKeyOf } from './stages/mappings.js';

/** @param vault undefined: this installation has no key for secrets */
export const maskingKeyOf =
  (vault: Vault | undefined): MaskingKeyOf =>
  async ({ tenant, connectionId }) => {
    if (vault) return vault.maskingKeys.get(tenant, connectionId);
    throw new StageFailed('CREDENTIALS_UNAVAILABLE', 'a mapping with `mask: hash` needs TIDEMARK_SECRET_KEY', {
      retryable: false,
    });
  };
