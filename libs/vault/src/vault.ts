import { uuidv7, type Clock, systemClock } from '@tidemark/foundation';
import {
  CredentialVault,
  EnvelopeError,
  Terminal,
  type Credential,
  type CredentialData,
  type CredentialKind,
  type HttpClient,
  type MasterKeys,
} from '@tidemark/resilience';
import { MaskingKeys } from './masking-keys.js';
import type { VaultStore } from './port.js';

/** A stored credential, without anything secret. Times are milliseconds since the epoch. */
export interface CredentialRecord {
  readonly id: string;
  readonly name: string;
  /** The connector that it is for. */
  readonly connector: string;
  readonly kind: CredentialKind;
  readonly createdAt: number;
  /** When its secrets were last replaced. */
  readonly updatedAt: number;
}

export interface VaultOptions {
  readonly store: VaultStore;
  readonly keys: MasterKeys;
  /** For token endpoints, without a credential. */
  readonly http: HttpClient;
  readonly clock?: Clock;
}

/** The tenants' credentials: records that can be shown, and secrets that only a connector opens. */
export class Vault {
  readonly #store: VaultStore;
  readonly #secrets: CredentialVault;
  /** Of connections, for masked values. */
  readonly maskingKeys: MaskingKeys;
  readonly #clock: Clock;

  constructor({ store, keys, http, clock = systemClock }: VaultOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#secrets = new CredentialVault({ store, keys, http, clock });
    this.maskingKeys = new MaskingKeys(store, keys);
  }

  /** `id`: derived from an idempotency key; default: a new one. A credential that has it already stays as it is. */
  async create(
    tenant: string,
    { name, connector, data }: { readonly name: string; readonly connector: string; readonly data: CredentialData },
    id: string = uuidv7(),
  ): Promise<{ readonly record: CredentialRecord; readonly isNew: boolean }> {
    const known = await this.get(tenant, id);
    if (known) return { record: known, isNew: false };
    const at = this.#clock.now();
    const record = { id, name, connector, kind: data.kind, createdAt: at, updatedAt: at };
    // The secret first: what is listed can be opened.
    await this.#secrets.put(tenant, id, data);
    const written = await this.#store.compareAndPut(recordId(tenant, id), 0, encoded(record));
    return written === null ? { record: (await this.get(tenant, id))!, isNew: false } : { record, isNew: true };
  }

  /** By name. */
  async list(tenant: string): Promise<readonly CredentialRecord[]> {
    const ids = await this.#store.ids(recordPrefix(tenant));
    const found = await Promise.all(ids.map((id) => this.#store.get(id)));
    const records = found.flatMap((one) => (one ? [decoded(one.value)] : []));
    return records.sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
  }

  /** Undefined: there is none in this tenant. */
  async get(tenant: string, id: string): Promise<CredentialRecord | undefined> {
    const found = await this.#store.get(recordId(tenant, id));
    return found && decoded(found.value);
  }

  /** Replaces the secrets, and the kind if it is another. Undefined: there is none in this tenant. */
  async replace(
    tenant: string,
    id: string,
    { name, data }: { readonly name?: string; readonly data?: CredentialData },
  ): Promise<CredentialRecord | undefined> {
    for (;;) {
      const found = await this.#store.get(recordId(tenant, id));
      if (!found) return undefined;
      const changed = data && { kind: data.kind, updatedAt: this.#clock.now() };
      const record = { ...decoded(found.value), ...(name !== undefined && { name }), ...changed };
      if (data) await this.#secrets.put(tenant, id, data);
      if ((await this.#store.compareAndPut(recordId(tenant, id), found.version, encoded(record))) !== null)
        return record;
    }
  }

  /** False: there is none in this tenant. */
  async remove(tenant: string, id: string): Promise<boolean> {
    const known = await this.get(tenant, id);
    await this.#store.remove(recordId(tenant, id));
    await this.#secrets.remove(tenant, id);
    return known !== undefined;
  }

  /**
   * For a connector, which it must be for. @throws Terminal `CREDENTIAL_MISSING`, `CREDENTIAL_INVALID` · EnvelopeError ·
   * VaultUnavailable
   */
  async open(tenant: string, id: string, connector: string): Promise<Credential> {
    const record = await this.get(tenant, id);
    if (!record) throw new Terminal('CREDENTIAL_MISSING', `there is no credential ${id}: name another, or create it`);
    if (record.connector !== connector)
      throw new Terminal('CREDENTIAL_INVALID', `credential ${id} is for ${record.connector}, and not for ${connector}`);
    return this.#secrets.open(tenant, id);
  }

  /** What webhooks are signed with; empty when there is no such credential, or none with it. @throws EnvelopeError · VaultUnavailable */
  webhookSecrets(tenant: string, id: string): Promise<readonly string[]> {
    return this.#secrets.webhookSecrets(tenant, id);
  }

  /** Seals everything with the current key; what it was before can be opened meanwhile. @returns how many were sealed */
  async rotateKeys(): Promise<number> {
    let sealed = await this.maskingKeys.rotate();
    for (const id of await this.#store.ids(RECORDS)) {
      const [, tenant, credential] = JSON.parse(id) as [string, string, string];
      if (await this.#secrets.rotate(tenant, credential)) sealed += 1;
    }
    return sealed;
  }

  /** @throws EnvelopeError of one line when a credential was sealed with a key that is not among those given */
  async assertReadable(): Promise<void> {
    await this.maskingKeys.assertReadable();
    for (const id of await this.#store.ids(RECORDS)) {
      const [, tenant, credential] = JSON.parse(id) as [string, string, string];
      await this.#secrets.open(tenant, credential).catch((error: unknown) => {
        if (error instanceof EnvelopeError) throw error;
      });
    }
  }
}

const RECORDS = '["credential",';
const recordPrefix = (tenant: string) => `${RECORDS}${JSON.stringify(tenant)},`;
const recordId = (tenant: string, id: string) => JSON.stringify(['credential', tenant, id]);

const encoded = (record: CredentialRecord) => Buffer.from(JSON.stringify(record), 'utf8');
const decoded = (value: Uint8Array) => JSON.parse(Buffer.from(value).toString('utf8')) as CredentialRecord;
