import { Injectable } from '@nestjs/common';
import {
  CATALOGUE,
  providerIdOf,
  TidemarkError,
  views,
  type CommandContext,
  type ConnectionDocument,
} from '@tidemark/contracts';
import type { View } from '@tidemark/read-model';
import { Ports } from '../../edge/ports.js';
import { Connections } from '../connections/connections.js';

/** The owner under which snapshots and changes are stored. */
export interface Keeper {
  readonly tenant: string;
  readonly connectionId: string;
}

/** Which snapshots and changes a caller sees: those of its own connections, and of the providers that it subscribes to. */
@Injectable()
export class Dependencies {
  readonly #view: View<ConnectionDocument>;
  readonly #connections: Connections;

  constructor(connections: Connections, { readModel }: Ports) {
    this.#connections = connections;
    this.#view = readModel.view<ConnectionDocument>(views.connections);
  }

  /**
   * The result of a query by connection. Lists do not check that the connection exists: when there is nothing, it may
   * be a subscription, whose data is stored with its provider; or it may not exist. @throws TidemarkError NOT_FOUND
   */
  async find<Found extends { readonly total: number }>(
    context: CommandContext,
    connectionId: string,
    query: (keeper: Keeper) => Promise<Found>,
  ): Promise<Found> {
    const own = await query({ tenant: context.tenant, connectionId });
    if (own.total > 0) return own;
    const { source } = await this.#connections.get(context, connectionId);
    const providerId = providerIdOf(source);
    return providerId === null ? own : query({ tenant: CATALOGUE, connectionId: providerId });
  }

  /** The caller's connection that a stored document belongs to. @throws TidemarkError NOT_FOUND with `what` */
  async connectionOf({ tenant }: CommandContext, document: Keeper | null, what: string): Promise<string> {
    if (document?.tenant === tenant) return document.connectionId;
    if (document?.tenant === CATALOGUE) {
      const where = { tenant, providerId: document.connectionId };
      const [subscription] = (await this.#view.query({ where, perPage: 1 })).data;
      if (subscription) return subscription.id;
    }
    throw new TidemarkError('NOT_FOUND', `no such ${what}`);
  }
}
