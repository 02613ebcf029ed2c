import { TidemarkError } from '@tidemark/contracts';
import type { Authorizations, OpenedVault, Vault } from '@tidemark/vault';

/** The vault, when this installation has a key for it. */
export class OpenVault {
  constructor(private readonly opened: OpenedVault | undefined) {}

  /** @throws TidemarkError CREDENTIALS_UNAVAILABLE */
  get vault(): Vault {
    return this.#opened.vault;
  }

  /** @throws TidemarkError CREDENTIALS_UNAVAILABLE */
  get authorizations(): Authorizations {
    return this.#opened.authorizations;
  }

  get #opened(): OpenedVault {
    if (this.opened) return this.opened;
    throw new TidemarkError(
      'CREDENTIALS_UNAVAILABLE',
      'this installation has no key for credentials: its operator sets TIDEMARK_SECRET_KEY on gateway and connector-runner',
    );
  }

  /** Removes what a connection had of its own. */
  async forget(tenant: string, connectionId: string): Promise<void> {
    await this.opened?.vault.maskingKeys.remove(tenant, connectionId);
  }

  /** What a credential's system signs its webhooks with; nothing where there is no key, no such credential, or none with it. */
  async webhookSecrets(tenant: string, credentialId: string): Promise<readonly string[]> {
    return (await this.opened?.vault.webhookSecrets(tenant, credentialId)) ?? [];
  }
}
