import { Injectable } from '@nestjs/common';
import { publicPart, TidemarkError, type CommandContext } from '@tidemark/contracts';
import type { EventStore } from '@tidemark/event-store';
import { instantOf, withTimeout } from '@tidemark/foundation';
import { Projector, type View } from '@tidemark/read-model';
import { Authenticator } from '../../edge/auth/authenticator.js';
import { KeyStore } from '../../edge/auth/key-store.js';
import { KeyedRequests } from '../../edge/keyed-requests.js';
import { partOf, viewPage, type ViewPage } from '../../edge/paging.js';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import type { CreateKeyBody, Key, KeysQuery, NewKey } from './keys.dto.js';
import { keysProjection, type KeyDocument } from './keys.projection.js';

const CATCH_UP_WITHIN_MS = 2000;

/** Commands and queries about API keys for operators, for HTTP and gRPC. */
@Injectable()
export class Keys {
  readonly #view: View<KeyDocument>;
  readonly #eventStore: EventStore;
  readonly #store: KeyStore;
  readonly #authenticator: Authenticator;
  readonly #projector: Projector;
  readonly #requests: KeyedRequests;

  constructor(
    store: KeyStore,
    authenticator: Authenticator,
    projector: Projector,
    requests: KeyedRequests,
    { readModel, eventStore }: Ports,
  ) {
    this.#store = store;
    this.#authenticator = authenticator;
    this.#projector = projector;
    this.#requests = requests;
    this.#view = readModel.view<KeyDocument>(keysProjection);
    this.#eventStore = eventStore;
  }

  /** With an idempotency key at most one is created, whose secret is returned to the first request alone. */
  create(context: CommandContext, body: CreateKeyBody, key?: string): Promise<NewKey> {
    return this.#requests.once(context, { key, operation: 'create-key', body }, () => this.#create(context, body));
  }

  async #create(context: CommandContext, { tenant = context.tenant, name, scopes }: CreateKeyBody): Promise<NewKey> {
    const { key, secret } = await this.#store.create({ tenant, name, scopes: [...new Set(scopes)] }, context);
    const { keyId: id, createdAt } = key;
    return {
      ...{ id, name, tenant, scopes: key.scopes },
      ...{ createdAt: instantOf(createdAt), revokedAt: null, key: secret },
    };
  }

  /** The newest first, including revoked ones. */
  async list(query: KeysQuery): Promise<ViewPage<Key>> {
    const where = query.tenant === undefined ? {} : { tenant: query.tenant };
    const found = await this.#view.query({ where, sort: [['createdAt', 'desc']], ...partOf(query) });
    return viewPage(query, found, (document) => publicPart(document, keysProjection));
  }

  /**
   * Revokes a key: here at once, in other gateways as soon as they hear of it.
   * @throws TidemarkError NOT_FOUND · CONFLICT when it is the last one with scope `operate`
   */
  async revoke(context: CommandContext, id: string): Promise<void> {
    const { hash, tenant, scopes, revokedAt } = await this.#find(parseId(id));
    if (scopes.includes('operate') && revokedAt === null)
      await this.#store.retireOperator(id, () => this.#operators(), context);
    await this.#store.revoke(hash, { ...context, tenant });
    this.#authenticator.end(hash, id);
  }

  async #find(id: string): Promise<KeyDocument> {
    const document = (await this.#view.get(id)) ?? (await this.#findNew(id));
    if (!document) throw new TidemarkError('NOT_FOUND', 'no such key');
    return document;
  }

  /** A key that was just created may not be in the view yet. */
  async #findNew(id: string): Promise<KeyDocument | null> {
    await this.#caughtUp(() => {});
    return this.#view.get(id);
  }

  /** The ids of all active keys with scope `operate`. */
  async #operators(): Promise<readonly string[]> {
    await this.#caughtUp(() => {
      throw new TidemarkError('READ_MODEL_UNAVAILABLE', 'the view of the keys is behind; try again');
    });
    const ids: string[] = [];
    for (let page = 1; ; page++) {
      const { data } = await this.#view.query({ sort: [['createdAt', 'desc']], page, perPage: 200 });
      for (const { id, scopes, revokedAt } of data) if (revokedAt === null && scopes.includes('operate')) ids.push(id);
      if (data.length < 200) return ids;
    }
  }

  async #caughtUp(late: () => void): Promise<void> {
    const caughtUp = this.#projector.caughtUp(keysProjection.name, await this.#eventStore.head());
    await withTimeout(caughtUp, CATCH_UP_WITHIN_MS, late);
  }
}
