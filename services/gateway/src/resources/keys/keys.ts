import { Injectable } from '@nestjs/common';
import { publicPart, TidemarkError, type CommandContext } from '@tidemark/contracts';
import type { EventStore } from '@tidemark/event-store';
import { instantOf, withTimeout } from '@tidemark/foundation';
import { Projector, type View } from '@tidemark/read-model';
import { Authenticator } from '../../edge/auth/authenticator.js';
import { KeyStore } from '../../edge/auth/key-store.js';
import { pageOf, viewPage, type ViewPage } from '../../edge/paging.js';
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

  constructor(store: KeyStore, authenticator: Authenticator, projector: Projector, { readModel, eventStore }: Ports) {
    this.#store = store;
    this.#authenticator = authenticator;
    this.#projector = projector;
    this.#view = readModel.view<KeyDocument>(keysProjection);
    this.#eventStore = eventStore;
  }

  async create(context: CommandContext, { tenant = context.tenant, name, scopes }: CreateKeyBody): Promise<NewKey> {
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
    const found = await this.#view.query({ where, sort: [['createdAt', 'desc']], ...pageOf(query) });
    return viewPage(query, found, (document) => publicPart(document, keysProjection));
  }

  /** Revokes a key: here at once, in other gateways within 30 s. @throws TidemarkError NOT_FOUND */
  async revoke(context: CommandContext, id: string): Promise<void> {
    const { hash, tenant } = await this.#find(parseId(id));
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
    const caughtUp = this.#projector.caughtUp(keysProjection.name, await this.#eventStore.head());
    await withTimeout(caughtUp, CATCH_UP_WITHIN_MS, () => {});
    return this.#view.get(id);
  }
}
