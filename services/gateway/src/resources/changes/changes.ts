import { Injectable } from '@nestjs/common';
import { views, type ChangeDocument, type ChangeSummary, type CommandContext } from '@tidemark/contracts';
import type { View } from '@tidemark/read-model';
import { Ignores } from '../ignores/ignores.js';
import { pageOf, viewPage, type ViewPage } from '../../edge/paging.js';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import type { ChangesQuery } from './changes.dto.js';
import { Dependencies } from '../dependencies/dependencies.js';
import { allOf, everything, filterOf, summaryOf } from './listing.js';

/** A change with all the operations that it reaches. */
export type ChangeView = ChangeSummary<ChangeDocument> & Pick<ChangeDocument, 'operations'>;

/** What callers may see of changes, whatever they speak. */
@Injectable()
export class Changes {
  readonly #view: View<ChangeDocument>;
  readonly #dependencies: Dependencies;
  readonly #ignores: Ignores;

  constructor(dependencies: Dependencies, ignores: Ignores, { readModel }: Ports) {
    this.#dependencies = dependencies;
    this.#ignores = ignores;
    this.#view = readModel.view<ChangeDocument>(views.changes);
  }

  /**
   * A connection's, those of the newest comparison first and in its order.
   * @throws TidemarkError NOT_FOUND when there is no such connection
   */
  async list(
    context: CommandContext,
    id: string,
    query: ChangesQuery,
  ): Promise<ViewPage<ChangeSummary<ChangeDocument>>> {
    const connectionId = parseId(id);
    const { severity, since, until, rule, jobId, snapshotId, ...filter } = query;
    const ignoredBy = await this.#ignores.finder(context, connectionId);
    const found = await this.#dependencies.find(context, connectionId, (keeper) => {
      const where = {
        ...keeper,
        ...((since ?? until) !== undefined && {
          detectedAt: { ...(since !== undefined && { gte: since }), ...(until !== undefined && { lte: until }) },
        }),
        ...(severity !== undefined && { severity: { in: severity } }),
        ...(rule !== undefined && { rule }),
        ...(jobId !== undefined && { jobId }),
        ...(snapshotId !== undefined && { snapshotId }),
      };
      const sort = [['detectedAt', 'desc'] as const, ['order', 'asc'] as const];
      // What no index can tell is looked for in all that matches the rest.
      const passes = filterOf(filter, ignoredBy);
      if (passes === everything) return this.#view.query({ where, sort, ...pageOf(query) });
      return allOf((page) => this.#view.query({ where, sort, ...page }), passes, pageOf(query));
    });
    return viewPage(query, found, (document) => ({ ...summaryOf(document, ignoredBy), connectionId }));
  }

  /** The tenant's change, or one of a provider that it subscribes to. @throws TidemarkError NOT_FOUND */
  async get(context: CommandContext, id: string): Promise<ChangeView> {
    const document = await this.#view.get(parseId(id));
    const connectionId = await this.#dependencies.connectionOf(context, document, 'change');
    const ignoredBy = await this.#ignores.finder(context, connectionId);
    const { operations } = document!;
    return { ...summaryOf(document!, ignoredBy), connectionId, operations };
  }
}
