import { Injectable } from '@nestjs/common';
import { TidemarkError, type CommandContext, type RecordPageView, type RecordView } from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation/instant';
import type { RecordStore, StoredRecord } from '@tidemark/record-store';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { Connections } from '../connections/connections.js';
import type { RecordsQuery } from './records.dto.js';

const DEFAULT_PER_PAGE = 100;

/** The synced objects of the caller's connections, for HTTP and gRPC. */
@Injectable()
export class Records {
  readonly #store: RecordStore;
  readonly #connections: Connections;

  constructor(connections: Connections, { records }: Ports) {
    this.#connections = connections;
    this.#store = records;
  }

  /** @throws TidemarkError NOT_FOUND · VALIDATION_FAILED */
  async list(context: CommandContext, id: string, query: RecordsQuery): Promise<RecordPageView> {
    const connectionId = parseId(id);
    await this.#connections.assertExists(context, connectionId);
    const { object, modifiedAfter, deleted, cursor, perPage = DEFAULT_PER_PAGE } = query;
    const page = await this.#store.list(
      { tenant: context.tenant, connectionId },
      {
        limit: perPage,
        ...(object !== undefined && { object }),
        ...(modifiedAfter !== undefined && { changedSince: Date.parse(modifiedAfter) }),
        ...(deleted !== undefined && { deleted }),
        ...(cursor !== undefined && { cursor }),
      },
    );
    const pagination = { perPage, nextCursor: page.next };
    return { data: page.records.map(describe), pagination, endCursor: page.end };
  }

  /** @throws TidemarkError NOT_FOUND */
  async get(context: CommandContext, id: string, object: string, externalId: string): Promise<RecordView> {
    const connectionId = parseId(id);
    await this.#connections.assertExists(context, connectionId);
    const scope = { tenant: context.tenant, connectionId };
    const found = await this.#store.get(scope, object, externalId);
    if (!found) throw new TidemarkError('NOT_FOUND', 'no such record');
    return describe(found);
  }
}

function describe({ updatedAt, firstSeenAt, lastSeenAt, changedAt, ...record }: StoredRecord): RecordView {
  const times = {
    firstSeenAt: instantOf(firstSeenAt),
    lastSeenAt: instantOf(lastSeenAt),
    changedAt: instantOf(changedAt),
  };
  return { ...record, updatedAt: updatedAt ?? null, ...times };
}
