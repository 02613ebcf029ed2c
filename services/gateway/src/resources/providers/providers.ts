import { Injectable } from '@nestjs/common';
import {
  CATALOGUE,
  subscriptionKey,
  TidemarkError,
  views,
  type CommandContext,
  type ConnectionDocument,
  type ConnectionView,
  type JobView,
} from '@tidemark/contracts';
import { uuidv5 } from '@tidemark/foundation';
import type { View } from '@tidemark/read-model';
import type { Caller } from '../../edge/auth/caller.js';
import { CommandClient } from '../../edge/command-client.js';
import { KeyedRequests } from '../../edge/keyed-requests.js';
import { partOf, viewPage, type PageQuery, type ViewPage } from '../../edge/paging.js';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import type { CreateConnectionBody, UpdateConnectionBody } from '../connections/connections.dto.js';
import { Connections } from '../connections/connections.js';
import { Jobs } from '../jobs/jobs.js';
import type { Provider, ProviderDetail } from './providers.dto.js';

/**
 * Commands and queries about providers, for HTTP and gRPC. A provider is a connection of the tenant `catalogue`, which
 * operators manage; each subscriber has a connection of its own that follows it.
 */
@Injectable()
export class Providers {
  readonly #view: View<ConnectionDocument>;
  readonly #commands: CommandClient;
  readonly #connections: Connections;
  readonly #jobs: Jobs;
  readonly #requests: KeyedRequests;

  constructor(
    commands: CommandClient,
    connections: Connections,
    jobs: Jobs,
    requests: KeyedRequests,
    { readModel }: Ports,
  ) {
    this.#commands = commands;
    this.#connections = connections;
    this.#jobs = jobs;
    this.#requests = requests;
    this.#view = readModel.view<ConnectionDocument>(views.connections);
  }

  /** The newest first. */
  async list(caller: Caller, query: PageQuery): Promise<ViewPage<Provider>> {
    const where = { tenant: CATALOGUE, providerId: null };
    const found = await this.#view.query({ where, sort: [['createdAt', 'desc']], ...partOf(query) });
    const subscriptions = await this.#subscriptions(
      caller.tenant,
      found.data.map(({ id }) => id),
    );
    return viewPage(query, found, (document) => asSeenBy(caller, describe(document, subscriptions.get(document.id))));
  }

  /** @throws TidemarkError NOT_FOUND */
  async get(context: CommandContext, caller: Caller, id: string): Promise<ProviderDetail> {
    const provider = await this.#find(context, id);
    const [subscriptions, subscribers] = await Promise.all([
      this.#subscriptions(context.tenant, [provider.id]),
      this.#view.count({ providerId: provider.id }),
    ]);
    return { ...asSeenBy(caller, describe(provider, subscriptions.get(provider.id))), subscribers };
  }

  async create(context: CommandContext, input: CreateConnectionBody, key?: string): Promise<Provider> {
    return describe(await this.#connections.create(inCatalogue(context), input, key));
  }

  async update(context: CommandContext, id: string, changes: UpdateConnectionBody): Promise<Provider> {
    return describe(await this.#connections.update(inCatalogue(context), id, changes));
  }

  /** @throws TidemarkError NOT_FOUND · CONFLICT while it has subscribers */
  async remove(context: CommandContext, id: string): Promise<void> {
    await this.#find(context, id);
    await this.#connections.remove(inCatalogue(context), id);
  }

  /** Fetches the provider now, for all subscribers. */
  sync(context: CommandContext, id: string, key?: string): Promise<JobView> {
    return this.#jobs.create(inCatalogue(context), id, { trigger: 'api' }, key);
  }

  /** The tenant's subscription; a repeated call returns the same one. @throws TidemarkError NOT_FOUND */
  subscribe(context: CommandContext, id: string, name?: string, key?: string): Promise<ConnectionView> {
    const body = { providerId: parseId(id), name };
    return this.#requests.complete(context, { key, operation: 'subscribe', body }, () =>
      this.#commands.ask('job-coordinator', 'subscribe', context, body),
    );
  }

  /** @throws TidemarkError NOT_FOUND when there is no subscription */
  async unsubscribe(context: CommandContext, id: string): Promise<void> {
    // Not looked up in the view, which may not have a new subscription yet.
    const subscription = uuidv5(...subscriptionKey(context.tenant, parseId(id)));
    await this.#connections.remove(context, subscription).catch((error: unknown) => {
      if (!(error instanceof TidemarkError) || error.code !== 'NOT_FOUND') throw error;
      throw new TidemarkError('NOT_FOUND', 'no subscription to this provider');
    });
  }

  async #find(context: CommandContext, id: string): Promise<ConnectionView> {
    const provider = await this.#connections.get(inCatalogue(context), id);
    if (provider.source.connector === 'provider') throw new TidemarkError('NOT_FOUND', 'no such provider');
    return provider;
  }

  /** The tenant's subscriptions to some providers, by provider. */
  async #subscriptions(tenant: string, providers: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (providers.length === 0) return new Map();
    const where = { tenant, providerId: { in: providers } };
    const { data } = await this.#view.query({ where, perPage: providers.length });
    return new Map(data.map(({ providerId, id }) => [providerId!, id]));
  }
}

/** The context for the tenant `catalogue`; the actor stays the same. */
const inCatalogue = (context: CommandContext): CommandContext => ({ ...context, tenant: CATALOGUE });

/** How a provider is fetched is the operators' affair: subscribers see which one it is, and not its config. */
function asSeenBy({ tenant, scopes }: Caller, provider: Provider): Provider {
  if (tenant === CATALOGUE || scopes.includes('operate')) return provider;
  return { ...provider, source: { connector: provider.source.connector, config: {} } };
}

function describe(connection: ConnectionView, subscriptionId: string | null = null): Provider {
  const { id, name, source, schedule, paused, nextSyncAt, lastSync, createdAt, updatedAt } = connection;
  return { id, name, source, schedule, paused, nextSyncAt, lastSync, createdAt, updatedAt, subscriptionId };
}
