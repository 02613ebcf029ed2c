import { EnvelopeError, parseMasterKeys, type HttpClient, type MasterKeys } from '@tidemark/resilience';
import { Authorizations } from './authorizations.js';
import type { VaultStore } from './port.js';
import { Vault } from './vault.js';

export interface OpenedVault {
  readonly vault: Vault;
  readonly authorizations: Authorizations;
}

/**
 * The vault with the keys as the setting has them; undefined without a setting.
 * @throws Error of one line that names the setting: the keys are not keys, or a stored credential was sealed with another
 */
export async function openVault(
  store: VaultStore,
  keys: { reveal(): string } | null,
  http: HttpClient,
): Promise<OpenedVault | undefined> {
  if (keys === null) return undefined;
  const options = { store, keys: parsed(keys.reveal()), http };
  const vault = new Vault(options);
  try {
    await vault.assertReadable();
  } catch (error) {
    // A store that cannot be reached now is looked at when it is needed.
    if (error instanceof EnvelopeError)
      throw new Error(`TIDEMARK_SECRET_KEY: ${error.message}: add that key behind the first one`, { cause: error });
  }
  return { vault, authorizations: new Authorizations(vault, options) };
}

function parsed(keys: string): MasterKeys {
  try {
    return parseMasterKeys(keys);
  } catch (error) {
    throw new Error(`TIDEMARK_SECRET_KEY: ${(error as Error).message}`, { cause: error });
  }
}
