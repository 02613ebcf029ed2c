import { Inject, Injectable } from '@nestjs/common';
import {
  command,
  contextHeaders,
  TidemarkError,
  views,
  type CommandContext,
  type ProjectionStatus,
  type Service,
} from '@tidemark/contracts';
import type { EventStore } from '@tidemark/event-store';
import type { Broker } from '@tidemark/messaging';
import { toTidemarkError } from '../errors/to-error.js';
import { keysProjection } from '../keys/keys.projection.js';
import { ADAPTERS } from '../tokens.js';
import type { ProjectionDto } from './projections.dto.js';

const ANSWER_WITHIN_MS = 5000;

interface Known {
  readonly name: string;
  readonly owner: Service;
  readonly version: number;
}

/** Every view, and the service that folds it. */
const known: readonly Known[] = [...Object.values(views), { ...keysProjection, owner: 'gateway' }];

/** What operators may do with projections, whatever they speak. */
@Injectable()
export class Projections {
  readonly #broker: Broker;
  readonly #eventStore: EventStore;

  constructor(@Inject(ADAPTERS) { broker, eventStore }: { broker: Broker; eventStore: EventStore }) {
    this.#broker = broker;
    this.#eventStore = eventStore;
  }

  /** All of them; those of a service that does not answer are `unavailable`. */
  async list(context: CommandContext): Promise<ProjectionDto[]> {
    const owners = [...new Set(known.map(({ owner }) => owner))];
    const [head, ...told] = await Promise.all([
      this.#eventStore.head().catch(() => null),
      ...owners.map((owner) => this.#ask<ProjectionStatus[]>(context, owner, 'projections').catch(() => [])),
    ]);
    const statuses = new Map(told.flat().map((status) => [status.name, status]));
    return known.map(({ name, owner, version }) => {
      const absent: ProjectionStatus = { name, version, position: -1, state: 'unavailable' };
      return { ...(statuses.get(name) ?? absent), owner, head };
    });
  }

  /** Starts to build the view anew beside the live one; answers at once. @throws TidemarkError NOT_FOUND */
  async rebuild(context: CommandContext, name: string): Promise<ProjectionDto> {
    const projection = known.find((one) => one.name === name);
    if (!projection)
      throw new TidemarkError('NOT_FOUND', `no such projection; there are ${known.map((one) => one.name).join(', ')}`);
    const { owner } = projection;
    const status = await this.#ask<ProjectionStatus>(context, owner, 'rebuild-projection', { name });
    return { ...status, owner, head: await this.#eventStore.head().catch(() => null) };
  }

  async #ask<R>(context: CommandContext, owner: Service, verb: string, data: object = {}): Promise<R> {
    const options = { headers: contextHeaders(context), timeoutMs: ANSWER_WITHIN_MS };
    try {
      return await this.#broker.request<R>(command(owner, verb), data, options);
    } catch (error) {
      throw toTidemarkError(error);
    }
  }
}
