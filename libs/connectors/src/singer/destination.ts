import { basename } from 'node:path';
import {
  type CheckResult,
  checkProblemOf,
  type ConnectorContext,
  type Destination,
  type JsonObject,
  type RowResult,
  type WriteBatch,
} from '@tidemark/connector-sdk';
import { Terminal } from '@tidemark/resilience';
import { allowedPath } from './allowed.js';
import { Ledger } from './ledger.js';
import { Runs } from './runs.js';
import type { SingerConfig } from './singer.config.js';

/** Writes into what a target writes into: one run for a batch, which ends successfully once it has written all. */
export class SingerDestination implements Destination {
  readonly #runs: Runs;
  readonly #ledger: Ledger;
  /** A target may write to one file: one run at a time. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(private readonly context: ConnectorContext<SingerConfig>) {
    this.#runs = new Runs(context, 'destination');
    this.#ledger = new Ledger(context);
  }

  async write(batch: WriteBatch, signal: AbortSignal): Promise<readonly RowResult[]> {
    signal.throwIfAborted();
    if (batch.mode !== 'append' && batch.mode !== 'upsert')
      throw refused(`targets support only the modes append and upsert, not ${batch.mode}`);
    if (batch.mode === 'upsert' && batch.key.length === 0) throw refused('mode upsert needs a key');
    if (batch.rows.length === 0) return [];
    const turn = this.#turn.then(() => this.#write(batch, signal));
    this.#turn = turn.catch(() => {});
    await turn;
    // A target does not say what it did with a row.
    return batch.rows.map(() => ({ status: batch.mode === 'append' ? 'created' : 'updated' }));
  }

  async check(signal: AbortSignal): Promise<CheckResult> {
    const { config, programs } = this.context;
    try {
      await allowedPath(config.executable, programs, 'destination');
      await this.#run([], signal);
      return { ok: true, message: `${basename(config.executable)} accepts its settings` };
    } catch (error) {
      return { ok: false, problems: [checkProblemOf(error, signal)] };
    }
  }

  close(): Promise<void> {
    return this.#runs.close();
  }

  async #write(batch: WriteBatch, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (await this.#ledger.has(batch)) return;
    await this.#run(linesOf(batch, this.context.config.schemas[batch.object]), signal);
    await this.#ledger.add(batch);
  }

  async #run(lines: Iterable<string>, signal: AbortSignal): Promise<void> {
    await using program = await this.#runs.start({ signal });
    const writing = program.write(lines);
    writing.catch(() => {});
    // It prints the STATEs that it has written.
    for await (const line of program.lines()) void line;
    await writing;
  }
}

function* linesOf({ id, object, mode, key, rows }: WriteBatch, schema: JsonObject | undefined): Generator<string> {
  const properties = schema ?? schemaOf(rows.map(({ data }) => data));
  const keys = mode === 'upsert' ? key : [];
  yield JSON.stringify({
    type: 'SCHEMA',
    stream: object,
    schema: { type: 'object', properties },
    key_properties: keys,
  });
  for (const { data } of rows) yield JSON.stringify({ type: 'RECORD', stream: object, record: data });
  yield JSON.stringify({ type: 'STATE', value: { batch: id } });
}

/** What the values of each field are, null always included. */
function schemaOf(rows: readonly JsonObject[]): JsonObject {
  const types: Record<string, Set<string>> = {};
  for (const row of rows)
    for (const [name, value] of Object.entries(row)) (types[name] ??= new Set(['null'])).add(typeOf(value));
  return Object.fromEntries(Object.entries(types).map(([name, all]) => [name, { type: [...all].sort() }]));
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

const refused = (message: string) => new Terminal('DESTINATION_REQUEST_REFUSED', message);
