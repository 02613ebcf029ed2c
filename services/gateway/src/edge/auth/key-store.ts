import { createHash, randomBytes } from 'node:crypto';
import { TidemarkError, type CommandContext } from '@tidemark/contracts';
import { AggregateStore, Conflict, type EventStore } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import { apiKeyDecider } from '../../api-key/api-key.decide.js';
import type { ApiKeyCommand } from '../../api-key/api-key.commands.js';
import { apiKeyStream, type ApiKeyEvent } from '../../api-key/api-key.events.js';
import type { ApiKey, ApiKeyState } from '../../api-key/api-key.js';
import type { Scope } from '../../api-key/scope.js';

export interface KeyRequest {
  readonly tenant: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
}

/** The hash that identifies a key; the key itself is never stored. Keys are random, so no salt is needed. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

const newSecret = () => `tmk_${randomBytes(32).toString('base64url')}`;

/**
 * A stream that exists once a key exists: its name makes the first key unique. Before a key with scope `operate` is
 * revoked, that is recorded here: of the last two, which are revoked at the same time, one conflicts.
 */
const FIRST_KEY = 'apikeys';
const OPERATOR_RETIRED = 'OperatorRetired';

/** The API keys, each a stream named by the key's hash. */
export class KeyStore {
  readonly #keys: AggregateStore<ApiKeyState, ApiKeyCommand, ApiKeyEvent>;
  readonly #eventStore: EventStore;
  readonly #now: () => number;

  constructor(eventStore: EventStore, now: () => number = Date.now) {
    this.#eventStore = eventStore;
    this.#now = now;
    this.#keys = new AggregateStore(eventStore, apiKeyStream, apiKeyDecider, { cached: 2 });
  }

  /** The active key with that hash. @throws Unavailable */
  async find(hash: string): Promise<ApiKey | null> {
    const { state } = await this.#keys.load(hash);
    return state.status === 'active' ? state : null;
  }

  /** Creates a key; `secret` is returned here and never again. @throws Unavailable · OutcomeUnknown */
  async create(request: KeyRequest, context: Omit<CommandContext, 'tenant'>): Promise<{ key: ApiKey; secret: string }> {
    const secret = newSecret();
    return { key: await this.#create(secret, request, context), secret };
  }

  /** @throws TidemarkError NOT_FOUND · Unavailable · OutcomeUnknown */
  async revoke(hash: string, context: CommandContext): Promise<void> {
    await this.#keys.handle(hash, { type: 'RevokeApiKey', data: { at: this.#now() } }, context);
  }

  /**
   * To be called before a key with scope `operate` is revoked.
   * @param operators ids of all active keys with that scope, at least as of now
   * @throws TidemarkError CONFLICT when it is the last one · Unavailable · OutcomeUnknown
   */
  async retireOperator(keyId: string, operators: () => Promise<readonly string[]>, by: CommandContext): Promise<void> {
    for (;;) {
      const { retired, revision } = await this.#retired();
      // An earlier attempt got this far.
      if (retired.has(keyId)) return;
      const others = (await operators()).filter((other) => other !== keyId && !retired.has(other));
      if (others.length === 0)
        throw new TidemarkError(
          'CONFLICT',
          'this is the last API key with scope operate: create another one before you revoke it',
        );
      const { tenant, actor } = by;
      const mark = { id: uuidv7(), type: OPERATOR_RETIRED, data: { keyId }, metadata: { tenant, actor } };
      try {
        await this.#eventStore.append(FIRST_KEY, [mark], revision);
        return;
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
      }
    }
  }

  async #retired(): Promise<{ readonly retired: ReadonlySet<string>; readonly revision: number | 'no_stream' }> {
    const retired = new Set<string>();
    let revision: number | 'no_stream' = 'no_stream';
    try {
      for await (const event of this.#eventStore.read(FIRST_KEY)) {
        if (event.type === OPERATOR_RETIRED) retired.add((event.data as { readonly keyId: string }).keyId);
        revision = event.revision;
      }
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'STREAM_NOT_FOUND') throw error;
    }
    return { retired, revision };
  }

  /** Makes sure that the given key works. @throws TidemarkError CONFLICT when it was revoked · Unavailable · OutcomeUnknown */
  async ensure(secret: string, request: KeyRequest): Promise<ApiKey> {
    const key = await this.#create(secret, request, { actor: 'gateway' });
    await this.#claimFirst(key);
    return key;
  }

  /**
   * The first key of the installation, returned here and never again; null when a key exists already. Of concurrent
   * callers, one gets it.
   */
  async createFirst(request: KeyRequest): Promise<string | null> {
    if (await this.#hasFirst()) return null;
    const { key, secret } = await this.create(request, { actor: 'gateway' });
    // The mark is written last: a crash before it leaves a key that was never shown, and the next start creates another.
    if (await this.#claimFirst(key)) return secret;
    await this.revoke(hashOf(secret), { tenant: request.tenant, actor: 'gateway' });
    return null;
  }

  async #create(secret: string, request: KeyRequest, context: Omit<CommandContext, 'tenant'>): Promise<ApiKey> {
    const { tenant, name, scopes } = request;
    const data = { keyId: uuidv7(), tenant, name, scopes, at: this.#now() };
    const { state } = await this.#keys.handle(hashOf(secret), { type: 'CreateApiKey', data }, { ...context, tenant });
    if (state.status !== 'active') throw new TidemarkError('INTERNAL', 'the key was not created');
    return state;
  }

  async #hasFirst(): Promise<boolean> {
    try {
      for await (const _ of this.#eventStore.read(FIRST_KEY, { limit: 1 })) return true;
      return false;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'STREAM_NOT_FOUND') return false;
      throw error;
    }
  }

  async #claimFirst({ keyId, tenant }: ApiKey): Promise<boolean> {
    const mark = { id: uuidv7(), type: 'FirstApiKeyCreated', data: { keyId }, metadata: { tenant, actor: 'gateway' } };
    try {
      await this.#eventStore.append(FIRST_KEY, [mark], 'no_stream');
      return true;
    } catch (error) {
      if (error instanceof Conflict) return false;
      throw error;
    }
  }
}
