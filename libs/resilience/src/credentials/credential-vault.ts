import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { canonicalJson, type Clock } from '@tidemark/foundation';
import { Terminal } from '../external-error.js';
import type { HttpClient } from '../http-client/http-types.js';
import type { CredentialData } from './credential-data.js';
import type { Credential } from './credential.js';
import { EnvelopeError, keyIdOf, type MasterKeys, open, seal } from './envelope.js';
import { OAuthCredential, type TokenKeeper } from './oauth-credential.js';
import type { SecretStore } from './secret-store.js';
import { StaticCredential } from './static-credential.js';

export interface CredentialVaultOptions {
  readonly store: SecretStore;
  readonly keys: MasterKeys;
  /** The client for token endpoints, without a credential. */
  readonly http: HttpClient;
  readonly clock?: Clock;
}

/** The content of an envelope. */
interface Content {
  /** Differs with every change of the content; resealing is not a change. */
  readonly revision: string;
  readonly data: CredentialData;
  /** See HeldTokens. */
  readonly renewingUntil?: number | undefined;
}

interface Read {
  readonly content: Content;
  /** Of the store. */
  readonly version: number;
  readonly keyId: string;
}

/**
 * Credentials, encrypted where they are stored, each bound to its tenant and id. All callers in the process that open one
 * that renews itself get the same object, so that it is renewed once for all.
 */
export class CredentialVault {
  readonly #options: CredentialVaultOptions;
  readonly #renewing = new Map<string, OAuthCredential>();

  constructor(options: CredentialVaultOptions) {
    this.#options = options;
  }

  /** Stores a credential, in place of the previous one: also after the user has authorised again. */
  async put(tenant: string, id: string, data: CredentialData): Promise<void> {
    const name = nameOf(tenant, id);
    await this.#options.store.put(name, this.#sealed(tenant, id, { revision: randomUUID(), data }));
    this.#renewing.get(name)?.forget();
  }

  /** The credential as it is stored now. @throws Terminal `CREDENTIAL_MISSING` · EnvelopeError */
  async open(tenant: string, id: string): Promise<Credential> {
    const name = nameOf(tenant, id);
    const { data } = (await this.#existing(tenant, id)).content;
    if (data.kind === 'bearer' || data.kind === 'basic' || data.kind === 'api-key')
      return new StaticCredential(name, data);
    const known = this.#renewing.get(name);
    known?.forget();
    if (known?.kind === data.kind) return known;
    const made = new OAuthCredential(name, data.kind, this.#keeper(tenant, id), this.#options);
    this.#renewing.set(name, made);
    return made;
  }

  /** What webhooks are signed with; empty when there is no such credential, or none with it. @throws EnvelopeError */
  async webhookSecrets(tenant: string, id: string): Promise<readonly string[]> {
    return (await this.#read(tenant, id))?.content.data.webhookSecrets ?? [];
  }

  /**
   * Whether the stored credential has these fields with these values, and no others but webhook secrets. Tokens are not
   * compared: they were renewed since. @throws EnvelopeError
   */
  async holds(tenant: string, id: string, data: CredentialData): Promise<boolean> {
    const stored = (await this.#read(tenant, id))?.content.data;
    if (!stored) return false;
    const { webhookSecrets = stored.webhookSecrets, ...given } = data;
    const comparable = (one: object) =>
      createHash('sha256')
        .update(canonicalJson({ ...one, tokens: null }))
        .digest();
    return timingSafeEqual(comparable(stored), comparable({ ...given, ...(webhookSecrets && { webhookSecrets }) }));
  }

  /** Reseals it with the current key; false when it already was, or is gone. */
  async rotate(tenant: string, id: string): Promise<boolean> {
    const { store, keys } = this.#options;
    for (;;) {
      const read = await this.#read(tenant, id);
      if (!read || read.keyId === keys.current) return false;
      const sealed = this.#sealed(tenant, id, read.content);
      if ((await store.compareAndPut(nameOf(tenant, id), read.version, sealed)) !== null) return true;
    }
  }

  async remove(tenant: string, id: string): Promise<void> {
    const name = nameOf(tenant, id);
    await this.#options.store.remove(name);
    this.#renewing.get(name)?.forget();
    this.#renewing.delete(name);
  }

  #keeper(tenant: string, id: string): TokenKeeper {
    const read = async () => {
      const { content, version } = await this.#existing(tenant, id);
      const { data, revision, renewingUntil } = content;
      if (!('client' in data)) throw new Terminal('CREDENTIAL_MISSING', `credential ${id} now has another kind`);
      return { version, data, held: { revision, client: data.client, tokens: data.tokens, renewingUntil } };
    };
    return {
      load: async () => (await read()).held,
      save: async (expected, { tokens, renewingUntil }) => {
        for (;;) {
          const { version, data, held } = await read();
          if (held.revision !== expected) return null;
          const { tokens: _, ...others } = data;
          const next: CredentialData = { ...others, ...(tokens && { tokens }) };
          const revision = randomUUID();
          const sealed = this.#sealed(tenant, id, { revision, data: next, renewingUntil });
          const put = await this.#options.store.compareAndPut(nameOf(tenant, id), version, sealed);
          if (put !== null) return revision; // Otherwise it may only have been resealed.
        }
      },
    };
  }

  async #existing(tenant: string, id: string): Promise<Read> {
    const read = await this.#read(tenant, id);
    if (!read) throw new Terminal('CREDENTIAL_MISSING', `there is no credential ${id}`);
    return read;
  }

  async #read(tenant: string, id: string): Promise<Read | undefined> {
    const stored = await this.#options.store.get(nameOf(tenant, id));
    if (!stored) return undefined;
    try {
      const plain = open(stored.value, [tenant, id], this.#options.keys);
      const content = JSON.parse(Buffer.from(plain).toString('utf8')) as Content;
      return { content, version: stored.version, keyId: keyIdOf(stored.value) };
    } catch (error) {
      throw error instanceof EnvelopeError ? new EnvelopeError(`credential ${id}: ${error.message}`) : error;
    }
  }

  #sealed(tenant: string, id: string, content: Content): Uint8Array {
    return seal(Buffer.from(JSON.stringify(content), 'utf8'), [tenant, id], this.#options.keys);
  }
}

/** In the store, and as the credential's id in this process. */
const nameOf = (tenant: string, id: string) => JSON.stringify([tenant, id]);
