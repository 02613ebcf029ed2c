import { Terminal } from '@tidemark/resilience';
import type {
  CheckResult,
  ConnectorContext,
  ObjectManifest,
  Page,
  ReadRequest,
  RecordProblem,
  Source,
  SourceRecord,
} from '@tidemark/connector-sdk';
import { externalErrorOf } from './errors.js';
import { readersOf } from './json-values.js';
import { objectName, prepareModel, queryError, type Model } from './model.js';
import type { PostgresConfig } from './postgres.config.js';
import { manifest } from './postgres.manifest.js';
import { endOf, keyedSteps, keylessStep, startOf, type ReadCursor } from './read-plan.js';
import { RecordMaker, UnreadableRow } from './records.js';
import { chunksOf, type Chunk } from './row-reader.js';
import { Sessions, type Session } from './session.js';
import { checkSource } from './source-check.js';
import { READ_ONLY } from './transaction.js';

const { min, initial, max } = manifest.source!.pageSize;

/** Reads the objects of the config, each read on its own connection and snapshot. */
export class PostgresSource implements Source {
  readonly #sessions: Sessions;
  readonly #config: PostgresConfig;

  constructor(context: ConnectorContext<PostgresConfig>) {
    this.#sessions = new Sessions(context, 'source');
    this.#config = context.config;
  }

  async *read(request: ReadRequest): AsyncGenerator<Page> {
    const { signal } = request;
    signal.throwIfAborted();
    const at = this.#config.objects.findIndex((object) => objectName(object) === request.object);
    const object = this.#config.objects[at];
    if (!object) throw noSuchObject(request.object, this.#config.objects.map(objectName));
    const session = await this.#sessions.open(signal);
    try {
      const times = await beginReading(session, signal);
      const model = await prepareModel(session, object, `objects.${at}`, signal);
      const reading = new Reading(session, model, request, times[model.updatedAt?.type ?? 'timestamptz']);
      yield* reading.pages();
    } catch (error) {
      throw signal.aborted ? signal.reason : externalErrorOf(error, 'source');
    } finally {
      await session.close(signal);
    }
  }

  async check(signal: AbortSignal): Promise<CheckResult> {
    return checkSource(this.#sessions, this.#config, signal);
  }

  objects(): Promise<readonly ObjectManifest[]> {
    const objects = this.#config.objects.map((object) => {
      const incremental = object.updatedAt !== undefined;
      const name = objectName(object);
      return {
        name,
        title: name,
        incremental,
        deletions: false,
        ...(incremental && { lookBackMs: object.lookBackMs }),
      };
    });
    return Promise.resolve(objects);
  }

  async close(): Promise<void> {}
}

function noSuchObject(name: string, known: readonly string[]): Terminal {
  const others = known.length > 0 ? `the config has ${known.join(', ')}` : 'the config has none';
  return new Terminal('SOURCE_NOT_FOUND', `there is no object ${name}; ${others}`, { field: 'objects' });
}

/** Begins the snapshot of the read; returns its time in each column type. */
async function beginReading(session: Session, signal: AbortSignal) {
  const times = 'select pg_catalog.now(), pg_catalog.now()::timestamp, pg_catalog.now()::date';
  const [[timestamptz, timestamp, date]] = (await session.begin(signal, READ_ONLY, times)) as [[string, string, string]]; // prettier-ignore
  return { timestamptz, timestamp, date };
}

/** One read of one model. */
class Reading {
  #cursor: ReadCursor;
  #maker: RecordMaker | undefined;
  #metKeyless: boolean;
  #last: SourceRecord | undefined;
  readonly #size: number;
  readonly #signal: AbortSignal;

  constructor(
    private readonly session: Session,
    private readonly model: Model,
    request: ReadRequest,
    private readonly readAt: string,
  ) {
    this.#signal = request.signal;
    this.#size = Math.min(max, Math.max(min, request.pageSize ?? initial));
    this.#cursor = startOf(request, model);
    // The rows before another process's cursor are unknown.
    this.#metKeyless = this.#cursor.after !== undefined || this.#cursor.keyless !== undefined;
  }

  /** The last page of a step waits for the next step's first rows, to know whether it is the last of all. */
  async *pages(): AsyncGenerator<Page> {
    const types = this.model.columns.map(({ typeId }) => typeId);
    this.#maker = new RecordMaker(this.model, await readersOf(this.session, types, this.#signal));
    const estimate = await this.#estimate();
    let held: Omit<Page, 'cursor' | 'hasMore'> = { records: [], problems: [], ...estimate };
    for await (const chunk of this.#chunks()) {
      if (held.records.length + held.problems.length > 0) yield { ...held, cursor: { ...this.#cursor }, hasMore: true };
      held = { ...this.#take(chunk), ...estimate };
      if (!chunk.more) continue;
      yield { ...held, cursor: { ...this.#cursor }, hasMore: true };
      held = { records: [], problems: [], ...estimate };
    }
    yield { ...held, cursor: { ...endOf(this.#cursor, this.readAt) }, hasMore: false };
  }

  async *#chunks(): AsyncGenerator<Chunk> {
    for (const step of keyedSteps(this.model, this.#cursor)) yield* this.#run(step);
    if (this.#metKeyless && !this.model.keyNotNull) yield* this.#run(keylessStep(this.model, this.#cursor));
  }

  async *#run(step: Chunk['step']): AsyncGenerator<Chunk> {
    try {
      yield* chunksOf(this.session, step, this.#size, this.#signal);
    } catch (error) {
      throw queryError(error, this.model, undefined, step.offset);
    }
  }

  /** Turns a chunk into a page's content, and moves the cursor after it. */
  #take({ step, rows }: Chunk): { records: SourceRecord[]; problems: RecordProblem[] } {
    const maker = this.#maker!;
    if (step.rows === 'keyless') {
      this.#cursor = { ...this.#cursor, keyless: (this.#cursor.keyless ?? 0) + rows.length };
      return { records: [], problems: rows.map((row) => maker.missingId(row)) };
    }
    const records: SourceRecord[] = [];
    const problems: RecordProblem[] = [];
    let { after, mark } = this.#cursor;
    for (const row of rows) {
      if (maker.isKeyless(row)) {
        this.#metKeyless = true;
        continue;
      }
      try {
        const record = maker.record(row);
        if (isSame(record, this.#last)) problems.push(maker.duplicate(row));
        else records.push(record);
        this.#last = record;
      } catch (error) {
        if (!(error instanceof UnreadableRow)) throw error;
        problems.push(maker.unreadable(row, error));
      }
      after = maker.placeOf(row);
      mark = maker.markOf(row) ?? mark;
    }
    this.#cursor = { ...this.#cursor, ...(after && { after }), ...(mark !== undefined && { mark }) };
    return { records, problems };
  }

  /** The planner's estimate, at the cost of one plan per read. */
  async #estimate(): Promise<{ readonly estimate?: number }> {
    const [step] = keyedSteps(this.model, this.#cursor);
    if (!step || this.#cursor.after) return {};
    try {
      const [row] = await this.session.query(this.#signal, `explain (format json) ${step.sql}`, step.values);
      const [{ Plan: plan }] = JSON.parse(row![0]!) as [{ Plan: { 'Plan Rows': number } }];
      return { estimate: plan['Plan Rows'] };
    } catch (error) {
      throw queryError(error, this.model, undefined, step.offset + EXPLAIN);
    }
  }
}

const EXPLAIN = 'explain (format json) '.length;

const isSame = (a: SourceRecord, b: SourceRecord | undefined): boolean =>
  b !== undefined && a.externalId === b.externalId && a.updatedAt === b.updatedAt;
