import { Injectable } from '@nestjs/common';
import {
  TidemarkError,
  views,
  type CommandContext,
  type ProjectionStatus,
  type ServiceName,
} from '@tidemark/contracts';
import type { EventStore } from '@tidemark/event-store';
import { CommandClient } from '../../edge/command-client.js';
import { Ports } from '../../edge/ports.js';
import { keysProjection } from '../keys/keys.projection.js';
import type { ProjectionView } from './projections.dto.js';

interface Known {
  readonly name: string;
  readonly owner: ServiceName;
  readonly version: number;
}

/** Every view, and the service that folds it. */
const known: readonly Known[] = [...Object.values(views), { ...keysProjection, owner: 'gateway' }];

/** Commands and queries about projections for operators, for HTTP and gRPC. */
@Injectable()
export class Projections {
  readonly #eventStore: EventStore;
  readonly #commands: CommandClient;

  constructor(commands: CommandClient, { eventStore }: Ports) {
    this.#commands = commands;
    this.#eventStore = eventStore;
  }

  /** All projections; those of a service that does not answer are `unavailable`. */
  async list(context: CommandContext): Promise<ProjectionView[]> {
    const owners = [...new Set(known.map(({ owner }) => owner))];
    const [head, ...reported] = await Promise.all([
      this.#eventStore.head().catch(() => null),
      ...owners.map((owner) =>
        this.#commands
          .request<ProjectionStatus[]>(owner, 'projections', context, {}, { patienceMs: 0 })
          .catch(() => []),
      ),
    ]);
    const statuses = new Map(reported.flat().map((status) => [status.name, status]));
    return known.map(({ name, owner, version }) => {
      const absent: ProjectionStatus = { name, version, position: -1, state: 'unavailable' };
      return { ...(statuses.get(name) ?? absent), owner, head };
    });
  }

  /** Starts to compare the view's documents with their events; does not wait for it. @throws TidemarkError NOT_FOUND */
  check(context: CommandContext, name: string): Promise<ProjectionView> {
    return this.#ask('check-projection', context, name);
  }

  /** Starts to rebuild the view beside the live one; does not wait for it. @throws TidemarkError NOT_FOUND */
  rebuild(context: CommandContext, name: string): Promise<ProjectionView> {
    return this.#ask('rebuild-projection', context, name);
  }

  async #ask(verb: string, context: CommandContext, name: string): Promise<ProjectionView> {
    const projection = known.find((one) => one.name === name);
    if (!projection)
      throw new TidemarkError('NOT_FOUND', `no such projection; available: ${known.map((one) => one.name).join(', ')}`);
    const { owner } = projection;
    const status = await this.#commands.request<ProjectionStatus>(owner, verb, context, { name });
    return { ...status, owner, head: await this.#eventStore.head().catch(() => null) };
  }
}
