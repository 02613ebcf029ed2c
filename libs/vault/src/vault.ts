import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { canonicalJson, systemClock, uuidv7, type Clock } from '@tidemark/foundation';
import {
  EnvelopeError,
  isSameRenewal,
  OAuthCredential,
  StaticCredential,
  Terminal,
  type Credential,
  type CredentialData,
  type HttpClient,
  type MasterKeys,
  type OAuthClient,
  type OAuthTokens,
  type TokenKeeper,
} from '@tidemark/resilience';
import type { VaultStore } from './port.js';
import {
  keyOf,
  openCredential,
  recordIn,
  sealCredential,
  type Content,
  type CredentialRecord,
} from './sealed-credential.js';

export interface VaultOptions {
  readonly store: VaultStore;
  readonly keys: MasterKeys;
  /** For token endpoints, without a credential. */
  readonly http: HttpClient;
  readonly clock?: Clock;
}

interface Opened {
  readonly record: CredentialRecord;
  readonly content: Content;
}

/**
 * The tenants' credentials, a value each: a record that can be shown, and secrets that only a connector opens. All callers
 * in the process that open one that renews itself get the same object, so that it is renewed once for all.
 */
export class Vault {
  readonly #options: Required<VaultOptions>;
  readonly #renewing = new Map<string, OAuthCredential>();

  constructor(options: VaultOptions) {
    this.#options = { clock: systemClock, ...options };
  }

  /** `id`: derived from an idempotency key; default: a new one. A credential that has it already stays as it is. */
  async create(
    tenant: string,
    { name, connector, data }: { readonly name: string; readonly connector: string; readonly data: CredentialData },
    id: string = uuidv7(),
  ): Promise<{ readonly record: CredentialRecord; readonly isNew: boolean }> {
    const { store, clock, keys } = this.#options;
    const at = clock.now();
    const record = { id, name, connector, kind: data.kind, createdAt: at, updatedAt: at };
    const sealed = sealCredential(tenant, record, { revision: randomUUID(), data }, keys);
    for (;;) {
      if ((await store.compareAndPut(nameOf(tenant, id), 0, sealed)) !== null) return { record, isNew: true };
      const known = await this.get(tenant, id);
      if (known) return { record: known, isNew: false };
    }
  }

  /** By name. */
  async list(tenant: string): Promise<readonly CredentialRecord[]> {
    const { store } = this.#options;
    const ids = await store.ids(`${CREDENTIALS}${JSON.stringify(tenant)},`);
    const found = await Promise.all(ids.map((id) => store.get(id)));
    const records = found.flatMap((one) => (one ? [recordIn(one.value)] : []));
    return records.sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
  }

  /** Undefined: there is none in this tenant. */
  async get(tenant: string, id: string): Promise<CredentialRecord | undefined> {
    const found = await this.#options.store.get(nameOf(tenant, id));
    return found && recordIn(found.value);
  }

  /**
   * Replaces the secrets, and the kind if it is another. What is not given stays: what webhooks are signed with, and the
   * tokens of an OAuth client that is still the same. @returns undefined when there is none in this tenant @throws EnvelopeError
   */
  async replace(tenant: string, id: string, data: CredentialData): Promise<CredentialRecord | undefined> {
    const changed = await this.#change(tenant, id, ({ record, content: { data: before } }) => ({
      record: { ...record, kind: data.kind, updatedAt: this.#options.clock.now() },
      content: { revision: randomUUID(), data: completed(data, before) },
    }));
    this.#renewing.get(nameOf(tenant, id))?.forget();
    return changed?.record;
  }

  /** False: there is none in this tenant. */
  async remove(tenant: string, id: string): Promise<boolean> {
    const name = nameOf(tenant, id);
    const known = await this.get(tenant, id);
    await this.#options.store.remove(name);
    this.#renewing.get(name)?.forget();
    this.#renewing.delete(name);
    return known !== undefined;
  }

  /**
   * For a connector, which it must be for. @throws Terminal `CREDENTIAL_MISSING`, `CREDENTIAL_INVALID` · EnvelopeError ·
   * VaultUnavailable
   */
  async open(tenant: string, id: string, connector: string): Promise<Credential> {
    const { record, content } = await this.#existing(tenant, id);
    if (record.connector !== connector)
      throw new Terminal('CREDENTIAL_INVALID', `credential ${id} is for ${record.connector}, and not for ${connector}`);
    const { data } = content;
    const name = nameOf(tenant, id);
    if (!('client' in data)) return new StaticCredential(name, data);
    const known = this.#renewing.get(name);
    known?.forget();
    if (known?.kind === data.kind) return known;
    const made = new OAuthCredential(name, data.kind, this.#keeper(tenant, id), this.#options);
    this.#renewing.set(name, made);
    return made;
  }

  /**
   * Whether these are the stored secrets, tokens aside: they were renewed since. @throws EnvelopeError · VaultUnavailable
   */
  async holds(tenant: string, id: string, data: CredentialData): Promise<boolean> {
    const stored = (await this.#read(tenant, id))?.content.data;
    return stored !== undefined && timingSafeEqual(comparable(stored), comparable(completed(data, stored)));
  }

  /** What webhooks are signed with; empty when there is no such credential, or none with it. @throws EnvelopeError · VaultUnavailable */
  async webhookSecrets(tenant: string, id: string): Promise<readonly string[]> {
    return (await this.#read(tenant, id))?.content.data.webhookSecrets ?? [];
  }

  /** Of a credential that a user authorises. @throws Terminal `CREDENTIAL_MISSING`, `CREDENTIAL_INVALID` · EnvelopeError */
  async authorizableClient(tenant: string, id: string): Promise<OAuthClient> {
    const { data } = (await this.#existing(tenant, id)).content;
    if (data.kind !== 'oauth2-authorization-code')
      throw new Terminal('CREDENTIAL_INVALID', `credential ${id} is of kind ${data.kind}: nobody authorises it`);
    if (data.client.authorizationUrl === undefined)
      throw new Terminal('CREDENTIAL_INVALID', `credential ${id} has no client.authorizationUrl: replace it with one`);
    return data.client;
  }

  /** The tokens of a fresh consent, in place of any others. @throws Terminal `CREDENTIAL_MISSING` · EnvelopeError */
  async authorized(tenant: string, id: string, tokens: OAuthTokens): Promise<void> {
    const changed = await this.#change(tenant, id, ({ record, content: { data } }) =>
      data.kind === 'oauth2-authorization-code'
        ? { record, content: { revision: randomUUID(), data: { ...data, tokens } } }
        : undefined,
    );
    if (!changed) throw new Terminal('CREDENTIAL_MISSING', `credential ${id} was removed or replaced meanwhile`);
    this.#renewing.get(nameOf(tenant, id))?.forget();
  }

  /** Seals everything with the current key; what it was before can be opened meanwhile. @returns how many were sealed */
  async rotateKeys(): Promise<number> {
    const { keys } = this.#options;
    let sealed = 0;
    for (const [tenant, id] of await this.#all()) {
      const isOld = async () => {
        const stored = await this.#options.store.get(nameOf(tenant, id));
        return stored !== undefined && keyOf(stored.value) !== keys.current;
      };
      if ((await isOld()) && (await this.#change(tenant, id, (same) => same))) sealed += 1;
    }
    return sealed;
  }

  /** @throws EnvelopeError of one line when credentials were sealed with keys that are not among those given */
  async assertReadable(): Promise<void> {
    const missing = new Map<string, number>();
    for (const [tenant, id] of await this.#all()) {
      const stored = await this.#options.store.get(nameOf(tenant, id));
      const key = stored && keyOf(stored.value);
      if (key !== undefined && !Object.hasOwn(this.#options.keys.keys, key))
        missing.set(key, (missing.get(key) ?? 0) + 1);
    }
    const [first] = missing;
    if (first)
      throw new EnvelopeError(`${first[1]} stored credentials need key ${first[0]}, which is not among those set`);
  }

  #keeper(tenant: string, id: string): TokenKeeper {
    const held = async () => {
      const { content } = await this.#existing(tenant, id);
      const { data, revision, renewal } = content;
      if (!('client' in data)) throw new Terminal('CREDENTIAL_MISSING', `credential ${id} now has another kind`);
      return { revision, client: data.client, tokens: data.tokens, renewal };
    };
    return {
      load: held,
      mark: async (seen, renewal) => {
        const marked = await this.#change(tenant, id, ({ record, content }) => {
          const isSame = content.revision === seen.revision && isSameRenewal(content.renewal, seen.renewal);
          return isSame ? { record, content: { ...content, renewal } } : undefined;
        });
        return marked !== undefined;
      },
      save: async (expected, tokens) => {
        const revision = randomUUID();
        const saved = await this.#change(tenant, id, ({ record, content }) => {
          const { data } = content;
          if (content.revision !== expected || !('client' in data)) return undefined;
          return { record, content: { revision, data: { ...data, tokens } } };
        });
        return saved ? revision : null;
      },
    };
  }

  async #all(): Promise<readonly (readonly [tenant: string, id: string])[]> {
    const names = await this.#options.store.ids(CREDENTIALS);
    return names.map((name) => (JSON.parse(name) as [string, string, string]).slice(1) as [string, string]);
  }

  /** Writes what `change` makes of it, on its latest state. Undefined: there is none, or nothing is to be changed. */
  async #change(
    tenant: string,
    id: string,
    change: (opened: Opened) => Opened | undefined,
  ): Promise<Opened | undefined> {
    for (;;) {
      const read = await this.#read(tenant, id);
      const next = read && change(read);
      if (!next) return undefined;
      const sealed = sealCredential(tenant, next.record, next.content, this.#options.keys);
      if ((await this.#options.store.compareAndPut(nameOf(tenant, id), read.version, sealed)) !== null) return next;
    }
  }

  async #existing(tenant: string, id: string): Promise<Opened> {
    const read = await this.#read(tenant, id);
    if (!read) throw new Terminal('CREDENTIAL_MISSING', `there is no credential ${id}: name another, or create it`);
    return read;
  }

  async #read(tenant: string, id: string): Promise<(Opened & { readonly version: number }) | undefined> {
    const stored = await this.#options.store.get(nameOf(tenant, id));
    return stored && { ...openCredential(tenant, id, stored.value, this.#options.keys), version: stored.version };
  }
}

/** A refresh token goes to the server that issued it, and to no other. */
function completed(after: CredentialData, before: CredentialData): CredentialData {
  const webhookSecrets = after.webhookSecrets ?? before.webhookSecrets;
  const given: CredentialData = webhookSecrets ? { ...after, webhookSecrets } : after;
  if (!('client' in given) || given.tokens || !('client' in before) || given.kind !== before.kind) return given;
  const { clientId, tokenUrl } = given.client;
  const isSameClient = clientId === before.client.clientId && tokenUrl === before.client.tokenUrl;
  return isSameClient && before.tokens ? { ...given, tokens: before.tokens } : given;
}

const comparable = (data: CredentialData): Uint8Array =>
  createHash('sha256')
    .update(canonicalJson({ ...data, tokens: null }))
    .digest();

const CREDENTIALS = '["credential",';
/** In the store, and as the credential's id in this process. */
const nameOf = (tenant: string, id: string) => JSON.stringify(['credential', tenant, id]);
