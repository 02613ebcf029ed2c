import { Injectable } from '@nestjs/common';
import {
  EXTERNAL_ID,
  invalid,
  problem,
  TidemarkError,
  type CommandContext,
  type FailedRowSelection,
  type FailedRowView,
  type FixedRow,
  type JobView,
} from '@tidemark/contracts';
import type { JsonObject } from '@tidemark/foundation';
import { instantOf } from '@tidemark/foundation/instant';
import { contentHash, type FailedRow, type FailedRows as Store, type Scope } from '@tidemark/record-store';
import { CommandClient } from '../../edge/command-client.js';
import { pageOf, fixedPage, type Page } from '../../edge/paging.js';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { Connections } from '../connections/connections.js';
import { withOwnFields } from '../jobs/job-parameters.js';
import type { FailedRowQuery, FailedRowsQuery, FixFailedRowBody, RetryFailedRowsBody } from './failed-rows.dto.js';

/** Rows with the same key that an error names. */
const NAMED = 20;

/** The rows that are not in the destinations of the caller's connections, for HTTP and gRPC. */
@Injectable()
export class FailedRows {
  readonly #store: Store;
  readonly #commands: CommandClient;
  readonly #connections: Connections;

  constructor(commands: CommandClient, connections: Connections, { records }: Ports) {
    this.#commands = commands;
    this.#connections = connections;
    this.#store = records.failedRows;
  }

  /** The oldest first. @throws TidemarkError NOT_FOUND · VALIDATION_FAILED */
  async list(context: CommandContext, id: string, query: FailedRowsQuery): Promise<Page<FailedRowView>> {
    const scope = await this.#scopeOf(context, id);
    const { page, perPage } = pageOf(query);
    const { key, page: _, perPage: __, cursor: ___, ...filter } = query;
    const given = { ...filter, ...(key !== undefined && { keyText: key }) };
    const { rows, total } = await this.#store.list(scope, { ...given, skip: (page - 1) * perPage, limit: perPage });
    return fixedPage(query, { data: rows.map(describe), total });
  }

  /** @throws TidemarkError NOT_FOUND · CONFLICT when several rows have the key */
  async get(context: CommandContext, id: string, key: string, among: FailedRowQuery = {}): Promise<FailedRowView> {
    return describe(await this.#find(await this.#scopeOf(context, id), key, among));
  }

  /** Starts a job that writes the failed rows, or some of them, and nothing else. @throws TidemarkError as `create` */
  async retry(
    context: CommandContext,
    id: string,
    { keys, ...filter }: RetryFailedRowsBody,
    idempotencyKey?: string,
  ): Promise<JobView> {
    const scope = await this.#scopeOf(context, id);
    const found = keys && (await Promise.all(keys.map((key) => this.#find(scope, key, filter))));
    const only = { ...filter, ...(found && { ids: found.map((row) => row.id) }) };
    return this.#order(context, scope, only, idempotencyKey);
  }

  /** Records corrected values, which hold until the row changes in the source, and starts a job that writes them. */
  async fix(
    context: CommandContext,
    id: string,
    key: string,
    { set, retry = true }: FixFailedRowBody,
    among: FailedRowQuery = {},
  ): Promise<FixedRow> {
    const scope = await this.#scopeOf(context, id);
    if (Object.keys(set).length === 0) throw invalid([problem('set', 'must have at least one field')]);
    const row = await this.#find(scope, key, among);
    const { destinations = [] } = await this.#connections.get(context, id);
    const { key: columns = [EXTERNAL_ID] } = destinations.find(({ name }) => name === row.destination) ?? {};
    const fixed = Object.keys(set).filter((field) => columns.includes(field));
    if (fixed.length > 0)
      throw invalid(fixed.map((field) => problem(`set.${field}`, 'is part of the key: correct it in the source')));
    const decided = await this.#decide(context, scope, row, { ...row.decision?.set, ...(set as JsonObject) });
    const job = retry ? await this.#order(context, scope, { ids: [row.id] }) : null;
    return { row: describe(decided), job };
  }

  /** The row is not wanted in the destination as it is: no job offers it until it changes in the source. */
  async discard(context: CommandContext, id: string, key: string, among: FailedRowQuery = {}): Promise<FailedRowView> {
    const scope = await this.#scopeOf(context, id);
    return describe(await this.#decide(context, scope, await this.#find(scope, key, among), null));
  }

  async #decide({ actor: by }: CommandContext, scope: Scope, { id, data }: FailedRow, set: JsonObject | null) {
    const decision = { set, by, at: Date.now(), hash: contentHash(data) };
    const decided = await this.#store.decide(scope, id, decision);
    if (!decided) throw noRow();
    return decided;
  }

  #order(
    context: CommandContext,
    { connectionId }: Scope,
    only: FailedRowSelection,
    idempotencyKey?: string,
  ): Promise<JobView> {
    const parameters = { rows: 'failed', ...(Object.keys(only).length > 0 && { only }) };
    const job = { connectionId, type: 'incremental', trigger: 'retry', parameters, idempotencyKey };
    return withOwnFields(this.#commands.ask<JobView>('job-coordinator', 'create', context, job));
  }

  /** By its id, or else by its key. */
  async #find(scope: Scope, key: string, among: FailedRowQuery): Promise<FailedRow> {
    const byId = await this.#store.list(scope, { ids: [key], limit: 1 });
    if (byId.rows[0]) return byId.rows[0];
    const { object, destination } = among;
    const where = { keyText: key, ...(object && { object }), ...(destination && { destination }) };
    const { rows, total } = await this.#store.list(scope, { ...where, limit: NAMED });
    const [row] = rows;
    if (!row) throw noRow();
    if (total === 1) return row;
    const named = rows.map(({ id, object, destination }) => `${id} (${object} in ${destination})`).join(', ');
    throw new TidemarkError('CONFLICT', `${total} failed rows have this key; name one by its id: ${named}`);
  }

  async #scopeOf(context: CommandContext, id: string): Promise<Scope> {
    const connectionId = parseId(id);
    await this.#connections.assertExists(context, connectionId);
    return { tenant: context.tenant, connectionId };
  }
}

const noRow = () => new TidemarkError('NOT_FOUND', 'no such failed row: it may have arrived');

function describe({ key, action, since, triedAt, decision, ...row }: FailedRow): FailedRowView {
  const correction = decision?.set && { set: decision.set, by: decision.by, at: instantOf(decision.at) };
  return {
    ...row,
    key: key.length === 1 ? key[0] : key,
    ...(action === 'delete' && { isDeletion: true }),
    ...{ since: instantOf(since), lastTriedAt: instantOf(triedAt) },
    ...(correction && { correction }),
  };
}
