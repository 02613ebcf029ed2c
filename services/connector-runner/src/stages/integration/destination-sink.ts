import type {
  JsonObject,
  OpenedDestination,
  RowResult,
  SourceRecord,
  WriteBatch,
  WriteRow,
} from '@tidemark/connector-sdk';
import type { DestinationSettings, WriteMode } from '@tidemark/contracts';
import type { Mapping } from '@tidemark/mapping';
import type { JobInfo } from '@tidemark/pipelines';
import { streamOf, targetOf } from '../positions.js';
import { batchIdOf } from './batch-id.js';
import type { MirrorLedger } from './mirror-ledger.js';
import type { Mirrored, PageOfRecords, Sink } from './sink.js';

type Key = readonly string[];
type Gone = Parameters<Mirrored['delete']>[0];

/** Holds the source's id in the rows of a destination without a key of its own. */
const EXTERNAL_ID = 'external_id';

const skipped: RowResult = { status: 'skipped' };

interface SinkOptions {
  /** Of the rows that the connection wrote. */
  readonly ledger?: (key: Key) => MirrorLedger;
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

  readonly #streamOf: (object: string) => string;
  readonly mapping?: Mapping;

  constructor(
    job: Pick<JobInfo, 'connectionId'>,
    destination: OpenedDestination,
    settings: DestinationSettings,
    { ledger, mapping, isShared = false }: SinkOptions = {},
  ) {
    this.#streamOf = (object) => streamOf({ job }, settings, object);
    if (mapping) this.mapping = mapping;
    this.#destination = destination;
    this.#settings = settings;
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
    const { records } = page;
    const older = await this.#ledger?.areOlder(page);
    const results: RowResult[] = records.map(() => skipped);
    const rows: { readonly row: WriteRow; readonly at: number }[] = [];
    for (const [at, record] of records.entries()) {
      const row = older?.[at] ? undefined : this.#rowOf(record);
      if (row) rows.push({ row, at });
    }
    const { max } = this.#destination.manifest.batchSize;
    for (let from = 0; from < rows.length; from += max) {
      const part = rows.slice(from, from + max);
      const batch = this.#batchOf(page, from, part);
      const position = from + max >= rows.length ? this.#positionAfter(page) : undefined;
      const written = await this.#destination.write({ ...batch, ...(position && { position }) }, signal);
      for (const [index, { at }] of part.entries()) results[at] = written[index]!;
    }
    const mirrored = rows.map(({ row, at }) => ({ row, record: records[at]!, result: results[at]! }));
    await this.#ledger?.record(page, mirrored);
    return results;
  }

  #batchOf(page: PageOfRecords, from: number, part: readonly { readonly row: WriteRow }[]): WriteBatch {
    const rows = part.map(({ row }) => row);
    const object = targetOf(this.#settings, page.object);
    return { id: batchIdOf(page, from, rows), mode: this.#mode, object, key: this.#key, rows };
  }

  /** Of the last batch of a page: everything before it is committed. */
  #positionAfter({ object, reached }: PageOfRecords): WriteBatch['position'] {
    const number = reached?.numbers[this.name];
    return number === undefined
      ? undefined
      : { stream: this.#streamOf(object), number, cursor: reached!.cursor as JsonObject };
  }

  async #delete({ object, jobId, gone }: Gone, signal: AbortSignal): Promise<readonly RowResult[]> {
    const page = { object, jobId, position: 'gone', records: [] };
    const rows = gone.map(({ data }) => ({ row: { action: 'delete', data } as const }));
    const { max } = this.#destination.manifest.batchSize;
    const results: RowResult[] = [];
    for (let from = 0; from < rows.length; from += max) {
      const batch = this.#batchOf(page, from, rows.slice(from, from + max));
      results.push(...(await this.#destination.write(batch, signal)));
    }
    return results;
  }

  /** Deletions are rows of a mirror only; undefined: nothing to write. */
  #rowOf({ externalId, data, deleted }: SourceRecord): WriteRow | undefined {
    const named: JsonObject = this.#settings.key === undefined ? { [EXTERNAL_ID]: externalId } : {};
    if (!deleted) return { data: { ...named, ...data } };
    return this.#mode === 'mirror' ? { action: 'delete', data: { ...named, ...data } } : undefined;
  }
}
