import type { ConnectionEvent, Schedule } from '@tidemark/contracts';
import { exists, type ConnectionState } from '../connection/connection.js';

/** The next automatic sync of a connection; `at` in milliseconds since the epoch. */
export interface Plan {
  readonly connectionId: string;
  readonly tenant: string;
  readonly at: number;
}

const endsPlans: ReadonlySet<ConnectionEvent['type']> = new Set([
  ...(['ConnectionPaused', 'ConnectionDisconnected', 'ConnectionRevoked', 'ConnectionRemoved'] as const),
]);

/** The connections that exist, by their schedules, and their planned syncs, one per connection at most. */
export class Plans {
  readonly #schedules = new Map<string, Schedule>();
  readonly #plans = new Map<string, Plan>();

  get(connectionId: string): Plan | undefined {
    return this.#plans.get(connectionId);
  }

  values(): Iterable<Plan> {
    return this.#plans.values();
  }

  /** Undefined when the connection does not exist. */
  scheduleOf(connectionId: string): Schedule | undefined {
    return this.#schedules.get(connectionId);
  }

  /** The plan that the event makes; undefined when it makes none, or one that is known already. */
  apply(connectionId: string, tenant: string, { type, data }: ConnectionEvent): Plan | undefined {
    if ('schedule' in data && data.schedule) this.#schedules.set(connectionId, data.schedule);
    if (type === 'ConnectionRemoved') this.#schedules.delete(connectionId);
    if ('nextSyncAt' in data) return this.#set(connectionId, tenant, data.nextSyncAt);
    if (endsPlans.has(type)) this.forget(connectionId);
    return undefined;
  }

  restore(connection: ConnectionState): Plan | undefined {
    if (!exists(connection)) return undefined;
    this.#schedules.set(connection.id, connection.schedule);
    return this.#set(connection.id, connection.tenant, connection.nextSyncAt);
  }

  forget(connectionId: string): void {
    this.#plans.delete(connectionId);
  }

  #set(connectionId: string, tenant: string, at: number | null): Plan | undefined {
    if (at === null) this.#plans.delete(connectionId);
    if (at === null || this.#plans.get(connectionId)?.at === at) return undefined;
    const plan = { connectionId, tenant, at };
    this.#plans.set(connectionId, plan);
    return plan;
  }
}
