import { Inject, Injectable } from '@nestjs/common';
import { TidemarkError, views, type ChangeDocument, type CommandContext } from '@tidemark/contracts';
import type { ReadModel, View } from '@tidemark/read-model';
import { Connections } from '../connections/connections.js';
import { pageOf, viewPage, type ViewPage } from '../paging.js';
import { ADAPTERS } from '../tokens.js';
import { knownForm } from '../validation/id.pipe.js';
import type { ChangesQuery } from './changes.dto.js';

/** A change as callers see it. */
export type ChangeView = Omit<ChangeDocument, 'tenant'>;

/** What callers may see of changes, whatever they speak. */
@Injectable()
export class Changes {
  readonly #view: View<ChangeDocument>;

  constructor(
    private readonly connections: Connections,
    @Inject(ADAPTERS) { readModel }: { readModel: ReadModel },
  ) {
    this.#view = readModel.view<ChangeDocument>(views.changes);
  }

  /**
   * A connection's, those of the newest comparison first and in its order.
   * @throws TidemarkError NOT_FOUND when there is no such connection
   */
  async list(context: CommandContext, connectionId: string, query: ChangesQuery): Promise<ViewPage<ChangeView>> {
    const { severity, since, rule, operation, jobId, snapshotId } = query;
    const where = {
      tenant: context.tenant,
      connectionId: knownForm(connectionId),
      ...(since !== undefined && { detectedAt: { gte: since } }),
      ...(severity !== undefined && { severity: { in: severity } }),
      ...(rule !== undefined && { rule }),
      ...(operation !== undefined && { operation }),
      ...(jobId !== undefined && { jobId }),
      ...(snapshotId !== undefined && { snapshotId }),
    };
    const sort = [['detectedAt', 'desc'] as const, ['order', 'asc'] as const];
    const found = await this.#view.query({ where, sort, ...pageOf(query) });
    if (found.total === 0) await this.connections.assertExists(context, connectionId);
    return viewPage(query, found, describe);
  }

  /** The tenant's change; another tenant's does not exist. @throws TidemarkError NOT_FOUND */
  async get({ tenant }: CommandContext, id: string): Promise<ChangeView> {
    const document = await this.#view.get(knownForm(id));
    if (document?.tenant !== tenant) throw new TidemarkError('NOT_FOUND', 'no such change');
    return describe(document);
  }
}

/** The document without what is the platform's own. */
function describe({ id, changeId, connectionId, jobId, snapshotId, previousSnapshotId, ...rest }: ChangeDocument) {
  const { rule, severity, operation, pointer, before, after, message, detectedAt, order } = rest;
  return {
    ...{ id, changeId, connectionId, jobId, snapshotId, previousSnapshotId },
    ...{ rule, severity, operation, pointer, before, after, message, detectedAt, order },
  };
}
