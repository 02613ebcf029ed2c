import { randomBytes } from 'node:crypto';
import { keyIdOf, open, seal, type MasterKeys } from '@tidemark/resilience';
import type { VaultStore } from './port.js';

const BYTES = 32;
const PREFIX = '["masking-key",';
const idOf = (tenant: string, connectionId: string) => JSON.stringify(['masking-key', tenant, connectionId]);

/** What connections hash masked values with: a random key for each, sealed, made when it is first needed. */
export class MaskingKeys {
  constructor(
    private readonly store: VaultStore,
    private readonly keys: MasterKeys,
  ) {}

  /** The same one in every process, for ever. @throws EnvelopeError · VaultUnavailable */
  async get(tenant: string, connectionId: string): Promise<Uint8Array> {
    const id = idOf(tenant, connectionId);
    const found = await this.store.get(id);
    if (found) return this.#opened(id, found.value);
    const made = seal(randomBytes(BYTES), [id], this.keys);
    await this.store.compareAndPut(id, 0, made);
    return this.get(tenant, connectionId);
  }

  async remove(tenant: string, connectionId: string): Promise<void> {
    await this.store.remove(idOf(tenant, connectionId));
  }

  /** Seals all with the current key. @returns how many had another one */
  async rotate(): Promise<number> {
    let sealed = 0;
    for (const id of await this.store.ids(PREFIX)) {
      const found = await this.store.get(id);
      if (!found || keyIdOf(found.value) === this.keys.current) continue;
      // Its content never changes: who else seals it meanwhile has done the same.
      await this.store.compareAndPut(id, found.version, seal(this.#opened(id, found.value), [id], this.keys));
      sealed += 1;
    }
    return sealed;
  }

  /** @throws EnvelopeError when one was sealed with a key that is not among those given */
  async assertReadable(): Promise<void> {
    for (const id of await this.store.ids(PREFIX)) {
      const found = await this.store.get(id);
      if (found) this.#opened(id, found.value);
    }
  }

  #opened(id: string, value: Uint8Array): Uint8Array {
    return open(value, [id], this.keys);
  }
}
