import type {
  JsonObject,
  OpenedDestination,
  RowResult,
  SourceRecord,
  WriteBatch,
  WriteRow,
} from '@tidemark/connector-sdk';
import { EXTERNAL_ID, type DestinationSettings, type WriteMode } from '@tidemark/contracts';
import type { Mapping } from '@tidemark/mapping';
import type { RowRef } from '@tidemark/record-store';
import { ExternalError } from '@tidemark/resilience';
import type { MappedRecord } from '../mappings.js';
import type { Decisions, RowLedger } from '../row-ledger.js';
import type { JobInfo } from '@tidemark/pipelines';
import { streamOf, targetOf } from '../positions.js';
import { batchIdOf } from './batch-id.js';
import type { MirrorLedger } from './mirror-ledger.js';
import type { Mirrored, PageOfRecords, RetriedRow, Sink } from './sink.js';

type Key = readonly string[];
type Gone = Parameters<Mirrored['delete']>[0];

const skipped: RowResult = { status: 'skipped' };

/** A row to write. */
interface Entry extends Pick<MappedRecord, 'externalId' | 'updatedAt' | 'hidesId'> {
  readonly row: WriteRow;
  /** Of the row, before any correction. */
  readonly data: JsonObject;
}

/** What is known of rows of the connection that were refused. */
export interface Refusals {
  readonly ledger: RowLedger;
  readonly decisions: Decisions;
}

interface SinkOptions {
  /** Of the rows that the connection wrote. */
  readonly ledger?: (key: Key) => MirrorLedger;
  /** Absent: rows that are refused are not recorded. */
  readonly refusals?: Refusals;
  readonly mapping?: Mapping;
  /** Jobs of the connection may write to it at the same time: the newer state has to win. */
  readonly isShared?: boolean;
}

/** Writes records as rows of a connection's destination. */
export class DestinationSink implements Sink {
  readonly #destination: OpenedDestination;
  readonly #settings: DestinationSettings;
  readonly #mode: WriteMode;
  readonly #key: Key;

  readonly #ledger: MirrorLedger | undefined;
  readonly #refusals: Refusals | undefined;

  readonly #streamOf: (object: string) => string;
  readonly mapping?: Mapping;

  constructor(
    job: Pick<JobInfo, 'connectionId'>,
    destination: OpenedDestination,
    settings: DestinationSettings,
    { ledger, refusals, mapping, isShared = false }: SinkOptions = {},
  ) {
    this.#streamOf = (object) => streamOf({ job }, settings, object);
    if (mapping) this.mapping = mapping;
    this.#destination = destination;
    this.#settings = settings;
    this.#refusals = refusals;
    const { modes } = destination.manifest;
    this.#key = settings.key ?? [EXTERNAL_ID];
    this.#mode = settings.mode ?? (modes.includes('upsert') ? 'upsert' : modes[0]!);
    if (this.#mode === 'mirror' || (isShared && this.#mode !== 'append')) this.#ledger = ledger?.(this.#key);
  }

  get mirrored(): Mirrored | undefined {
    const ledger = this.#mode === 'mirror' ? this.#ledger : undefined;
    return ledger && { scope: ledger.scope, delete: (page, signal) => this.#delete(page, signal) };
  }

  get name(): string {
    return this.#settings.name;
  }

  get required(): boolean {
    return this.#settings.required ?? true;
  }

  async write(page: PageOfRecords, signal: AbortSignal): Promise<readonly RowResult[]> {
    const older = await this.#ledger?.areOlder(page);
    const entries = page.records.map((record, at) => (older?.[at] ? skipped : this.#entryOf(page, record)));
    const results = await this.#putRows(page, entries, signal);
    await this.#noteUnwritten(
      page,
      page.records.flatMap((record, at) =>
        older?.[at] || 'row' in entries[at]! ? [] : [{ record, result: results[at]! }],
      ),
    );
    return results;
  }

  /** Rows that the mapping refused; and those that need not be written: the source deleted them, or a person discarded them. */
  async #noteUnwritten(
    page: PageOfRecords,
    unwritten: readonly { readonly record: MappedRecord; readonly result: RowResult }[],
  ): Promise<void> {
    const rows = unwritten.map(({ record, result }) => ({ record, result, row: this.#rowOf(record) ?? record }));
    const tried = rows.flatMap(({ record, result, row: { data } }) =>
      record.hidesId ? [] : [{ ...this.#refOf(page, record), data, result }],
    );
    await this.#refusals?.ledger.record(tried, this.#refusals.decisions.takeChanged());
    const refused = rows.filter(({ result }) => result.status === 'failed');
    await this.#ledger?.record(
      page,
      refused.map(({ record: { externalId }, row: { data }, result }) => ({ externalId, row: { data }, result })),
    );
  }

  /** The row to write; the result where there is none. */
  #entryOf(page: PageOfRecords, record: MappedRecord): Entry | RowResult {
    const row = this.#rowOf(record);
    if (!row) return skipped;
    const { externalId, updatedAt, problem, hidesId } = record;
    const corrected = this.#refusals?.decisions.about(this.#refOf(page, record), row.data);
    if (corrected === null) return skipped;
    if (problem && !corrected) return { status: 'failed', ...problem, retryable: false };
    return {
      ...{ externalId, data: row.data, row: corrected ? { ...row, data: corrected } : row },
      ...(updatedAt !== undefined && { updatedAt }),
      ...(hidesId && { hidesId }),
    };
  }

  async retry(
    page: Omit<PageOfRecords, 'records'>,
    refused: readonly RetriedRow[],
    signal: AbortSignal,
  ): Promise<readonly RowResult[]> {
    const entries = refused.map(({ key, data, corrected = data, action, problem }): Entry | RowResult => {
      if (problem) return { status: 'failed', ...problem, retryable: false };
      const row = action === 'delete' ? ({ action, data: corrected } as const) : { data: corrected };
      return { externalId: String(key[0]), data, row };
    });
    const results = await this.#putRows(page, entries, signal);
    const again = refused.flatMap(({ problem, corrected: _, ...row }, at) =>
      problem ? [{ ...row, result: results[at]! }] : [],
    );
    await this.#refusals?.ledger.record(again);
    return results;
  }

  /** Writes the rows among them; a result for each, in order. */
  async #putRows(
    page: Omit<PageOfRecords, 'records'>,
    entries: readonly (Entry | RowResult)[],
    signal: AbortSignal,
  ): Promise<readonly RowResult[]> {
    const rows = entries.filter((entry) => 'row' in entry);
    const written = (await this.#put(page, rows, signal)).values();
    return entries.map((entry) => ('row' in entry ? written.next().value! : entry));
  }

  async #put(
    page: Omit<PageOfRecords, 'records'>,
    entries: readonly Entry[],
    signal: AbortSignal,
  ): Promise<readonly RowResult[]> {
    const results: RowResult[] = [];
    const record = (from: number, of: readonly RowResult[]) =>
      this.#refusals?.ledger.record(
        entries.slice(from, from + of.length).flatMap(({ row: { action }, data, hidesId, ...entry }, at) => {
          const tried = { ...this.#refOf(page, entry), data, result: of[at]! };
          // The ledger shows ids, and this one is masked.
          return hidesId ? [] : [{ ...tried, ...(action === 'delete' && { action }) }];
        }),
      );
    try {
      for (const batch of this.#batchesOf(page, entries))
        results.push(...(await this.#destination.write(batch, signal)));
    } catch (error) {
      signal.throwIfAborted();
      // The job goes on without an optional destination: what it lacks is offered again from the ledger.
      if (error instanceof ExternalError && !this.required) {
        const { code, message, retryable } = error;
        const refused: RowResult = { status: 'failed', code, message, retryable };
        await record(0, results);
        await record(
          results.length,
          entries.slice(results.length).map(() => refused),
        );
      }
      throw error;
    }
    await record(0, results);
    await this.#ledger?.record(
      page,
      entries.map(({ data: _, ...entry }, at) => ({ ...entry, result: results[at]! })),
    );
    return results;
  }

  #refOf({ object }: Pick<PageOfRecords, 'object'>, { externalId }: Pick<SourceRecord, 'externalId'>): RowRef {
    return { destination: this.name, object, key: [externalId] };
  }

  /** The last one has the position behind the page, if the destination keeps positions. */
  *#batchesOf(
    page: Omit<PageOfRecords, 'records'>,
    entries: readonly { readonly row: WriteRow }[],
  ): Generator<WriteBatch> {
    const { max } = this.#destination.manifest.batchSize;
    const object = targetOf(this.#settings, page.object);
    for (let from = 0; from < entries.length; from += max) {
      const rows = entries.slice(from, from + max).map(({ row }) => row);
      const position = from + max >= entries.length ? this.#positionAfter(page) : undefined;
      const batch = { id: batchIdOf(page, from, rows), mode: this.#mode, object, key: this.#key, rows };
      yield { ...batch, ...(position && { position }) };
    }
  }

  /** Of the last batch of a page: everything before it is committed. */
  #positionAfter({ object, reached }: Omit<PageOfRecords, 'records'>): WriteBatch['position'] {
    const number = reached?.numbers[this.name];
    return number === undefined
      ? undefined
      : { stream: this.#streamOf(object), number, cursor: reached!.cursor as JsonObject };
  }

  async #delete({ object, jobId, gone }: Gone, signal: AbortSignal): Promise<readonly RowResult[]> {
    const page = { object, jobId, position: 'gone' };
    const rows = gone.map(({ data }) => ({ row: { action: 'delete', data } as const }));
    const results: RowResult[] = [];
    for (const batch of this.#batchesOf(page, rows)) results.push(...(await this.#destination.write(batch, signal)));
    return results;
  }

  /** Deletions are rows of a mirror only; undefined: nothing to write. */
  #rowOf({ externalId, data, deleted }: SourceRecord): WriteRow | undefined {
    const named: JsonObject = this.#settings.key === undefined ? { [EXTERNAL_ID]: externalId } : {};
    if (!deleted) return { data: { ...named, ...data } };
    return this.#mode === 'mirror' ? { action: 'delete', data: { ...named, ...data } } : undefined;
  }
}
