import { EnvelopeError, parseMasterKeys, type HttpClient } from '@tidemark/resilience';
import type { VaultStore } from './port.js';
import { Vault } from './vault.js';

/**
 * The vault on a store, with the keys as the setting has them; undefined without a setting.
 * @throws Error of one line that names the setting: the keys are not keys, or a stored credential was sealed with another
 */
export async function openVault(
  store: VaultStore,
  keys: { reveal(): string } | null,
  http: HttpClient,
): Promise<Vault | undefined> {
  if (keys === null) return undefined;
  const vault = new Vault({ store, keys: parsed(keys.reveal()), http });
  try {
    await vault.assertReadable();
  } catch (error) {
    // A store that cannot be reached now is looked at when it is needed.
    if (error instanceof EnvelopeError)
      throw new Error(`TIDEMARK_SECRET_KEY: ${error.message}: add that key behind the first one`, { cause: error });
  }
  return vault;
}

function parsed(keys: string) {
  try {
    return parseMasterKeys(keys);
  } catch (error) {
    throw new Error(`TIDEMARK_SECRET_KEY: ${(error as Error).message}`, { cause: error });
  }
}
