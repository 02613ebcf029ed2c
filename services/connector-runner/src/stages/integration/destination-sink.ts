import type {
  JsonObject,
  OpenedDestination,
  RowResult,
  SourceRecord,
  WriteBatch,
  WriteRow,
} from '@tidemark/connector-sdk';
import type { DestinationSettings, WriteMode } from '@tidemark/contracts';
import { batchIdOf } from './batch-id.js';
import type { PageOfRecords, Sink } from './sink.js';

/** Holds the source's id in the rows of a destination without a key of its own. */
const EXTERNAL_ID = 'external_id';

const skipped: RowResult = { status: 'skipped' };

/** Writes records as rows of a connection's destination. */
export class DestinationSink implements Sink {
  readonly #destination: OpenedDestination;
  readonly #settings: DestinationSettings;
  readonly #mode: WriteMode;

  constructor(destination: OpenedDestination, settings: DestinationSettings) {
    this.#destination = destination;
    this.#settings = settings;
    const { modes } = destination.manifest;
    this.#mode = settings.mode ?? (modes.includes('upsert') ? 'upsert' : modes[0]!);
  }

  get name(): string {
    return this.#settings.name;
  }

  get required(): boolean {
    return this.#settings.required ?? true;
  }

  async write(page: PageOfRecords, signal: AbortSignal): Promise<readonly RowResult[]> {
    const { records } = page;
    const results: RowResult[] = records.map(() => skipped);
    const rows: { readonly row: WriteRow; readonly at: number }[] = [];
    for (const [at, record] of records.entries()) {
      const row = this.#rowOf(record);
      if (row) rows.push({ row, at });
    }
    const { max } = this.#destination.manifest.batchSize;
    for (let from = 0; from < rows.length; from += max) {
      const part = rows.slice(from, from + max);
      const written = await this.#destination.write(this.#batchOf(page, from, part), signal);
      for (const [index, { at }] of part.entries()) results[at] = written[index]!;
    }
    return results;
  }

  #batchOf(page: PageOfRecords, from: number, part: readonly { readonly row: WriteRow }[]): WriteBatch {
    const { key = [EXTERNAL_ID], object: target = '{object}' } = this.#settings;
    const rows = part.map(({ row }) => row);
    const object = target.replaceAll('{object}', page.object);
    return { id: batchIdOf(page, from, rows), mode: this.#mode, object, key, rows };
  }

  /** Deletions are rows of a mirror only; undefined: nothing to write. */
  #rowOf({ externalId, data, deleted }: SourceRecord): WriteRow | undefined {
    const named: JsonObject = this.#settings.key === undefined ? { [EXTERNAL_ID]: externalId } : {};
    if (!deleted) return { data: { ...named, ...data } };
    return this.#mode === 'mirror' ? { action: 'delete', data: { ...data, ...named } } : undefined;
  }
}
