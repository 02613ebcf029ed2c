import { Injectable } from '@nestjs/common';
import {
  views,
  type Change,
  type ChangeDocument,
  type ChangeList,
  type CommandContext,
  type RecordedChange,
} from '@tidemark/contracts';
import type { View } from '@tidemark/read-model';
import { DifferClient } from '../../edge/differ-client.js';
import { partOf, viewPage, type ViewPage } from '../../edge/paging.js';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { Dependencies } from '../dependencies/dependencies.js';
import type { ChangesQuery } from './changes.dto.js';

/** Queries about changes, for HTTP and gRPC. */
@Injectable()
export class Changes {
  readonly #dependencies: Dependencies;
  readonly #differ: DifferClient;
  readonly #view: View<ChangeDocument>;

  constructor(dependencies: Dependencies, differ: DifferClient, { readModel }: Ports) {
    this.#dependencies = dependencies;
    this.#differ = differ;
    this.#view = readModel.view<ChangeDocument>(views.changes);
  }

  /**
   * Changes of a connection: those of the newest comparison first, in its order.
   * @throws TidemarkError NOT_FOUND when there is no such connection
   */
  async list(context: CommandContext, id: string, query: ChangesQuery): Promise<ViewPage<RecordedChange>> {
    const connectionId = parseId(id);
    const { keeper } = await this.#dependencies.find(context, connectionId, async (one) => ({
      keeper: one,
      total: (await this.#view.query({ where: { ...one }, perPage: 1 })).total,
    }));
    const { cursor: _, ...filter } = query;
    const request = { ...filter, page: 1, ...partOf(query), connectionId, keeper };
    const found = await this.#differ.query<ChangeList>('list-changes', context, request);
    return viewPage(query, found, (change) => change);
  }

  /** The tenant's change, or one of a provider that it subscribes to. @throws TidemarkError NOT_FOUND */
  async get(context: CommandContext, id: string): Promise<Change> {
    const document = await this.#view.get(parseId(id));
    const connectionId = await this.#dependencies.connectionOf(context, document, 'change');
    return this.#differ.query<Change>('get-change', context, { id, connectionId });
  }
}
