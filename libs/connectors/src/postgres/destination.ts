import { unlessAborted } from '@tidemark/foundation';
import { Retryable, Terminal } from '@tidemark/resilience';
import type {
  CheckResult,
  ConnectorContext,
  Destination,
  RowResult,
  WriteBatch,
  WritePosition,
} from '@tidemark/connector-sdk';
import { planBatch } from './batch-plan.js';
import { BatchWriter } from './batch-writer.js';
import { problemOf } from './check-problem.js';
import { externalErrorOf, isDatabaseError, wordsOf } from './errors.js';
import { greet } from './greeting.js';
import { Ledger } from './ledger.js';
import { Positions } from './positions.js';
import type { PostgresConfig } from './postgres.config.js';
import { Sessions, type Session } from './session.js';
import { findTable, refersToItself, type Table } from './table.js';
import { READ_ONLY } from './transaction.js';

/** Writes batches into tables, each in its own transaction. */
export class PostgresDestination implements Destination {
  readonly #sessions: Sessions;
  readonly #config: PostgresConfig;
  readonly #idle: Session[] = [];
  #closed = false;
  /** By the name that batches use; looked up once. */
  readonly #tables = new Map<string, Table>();
  /** Tables of whose last batch all rows were new. */
  readonly #fresh = new WeakSet<Table>();
  readonly #ledgers = new Map<string, Ledger | null>();
  readonly #positions = new Map<string, Positions | null>();
  /** The last batch of a table whose batches are written one at a time. */
  readonly #turns = new Map<string, Promise<undefined>>();

  constructor(context: ConnectorContext<PostgresConfig>) {
    this.#sessions = new Sessions(context, 'destination');
    this.#config = context.config;
  }

  write(batch: WriteBatch, signal: AbortSignal): Promise<readonly RowResult[]> {
    const table = this.#tables.get(batch.object);
    return table && refersToItself(table) ? this.#inTurn(batch, signal) : this.#writeNow(batch, signal);
  }

  /** A batch that refers to rows of the previous one would not see them from a concurrent transaction. */
  #inTurn(batch: WriteBatch, signal: AbortSignal): Promise<readonly RowResult[]> {
    const before = this.#turns.get(batch.object) ?? Promise.resolve(undefined);
    const written = unlessAborted(before, signal).then(() => this.#writeNow(batch, signal));
    const ended = () => undefined; // Its result is not kept.
    this.#turns.set(batch.object, before.then(() => written).then(ended, ended));
    return written;
  }

  async #writeNow(batch: WriteBatch, signal: AbortSignal): Promise<readonly RowResult[]> {
    signal.throwIfAborted();
    if (batch.rows.length === 0) return [];
    return this.#withSession(signal, batch.object, (session) => this.#write(session, batch, signal));
  }

  async #withSession<T>(signal: AbortSignal, object: string, work: (session: Session) => Promise<T>): Promise<T> {
    let session: Session | undefined;
    try {
      session = await this.#take(signal);
      const result = await work(session);
      if (this.#closed) await session.close();
      else this.#idle.push(session);
      return result;
    } catch (error) {
      // The server rolls back a session's open transaction.
      await session?.close(signal);
      if (signal.aborted) throw signal.reason;
      throw this.#errorOf(error, object);
    }
  }

  async position(object: string, stream: string, signal: AbortSignal): Promise<WritePosition | null | 'unknown'> {
    return this.#withSession(signal, object, async (session) => {
      const table = await remembered(this.#tables, object, () => tableOf(session, object, signal));
      const positions = await this.#positionsIn(session, this.#schemaOf(table), signal);
      return positions ? positions.find(session, stream, signal) : 'unknown';
    });
  }

  #positionsIn(session: Session, schema: string, signal: AbortSignal): Promise<Positions | null> {
    return remembered(this.#positions, schema, () => Positions.open(session, schema, signal));
  }

  #schemaOf(table: Table): string {
    return this.#config.ledgerSchema ?? table.schema;
  }

  async check(signal: AbortSignal): Promise<CheckResult> {
    let session: Session | undefined;
    try {
      session = await this.#sessions.open(signal);
      await session.begin(signal, READ_ONLY);
      return await greet(session, this.#config, signal);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return { ok: false, problems: [problemOf(error, 'destination')] };
    } finally {
      await session?.close(signal);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#idle.splice(0).map((session) => session.close()));
  }

  async #write(session: Session, batch: WriteBatch, signal: AbortSignal): Promise<readonly RowResult[]> {
    const table = await remembered(this.#tables, batch.object, () => tableOf(session, batch.object, signal));
    const schema = this.#schemaOf(table);
    // Problems of the batch are reported before anything is created in the database.
    const plan = planBatch(batch, table);
    const ledger = await remembered(this.#ledgers, schema, () => Ledger.open(session, schema, signal));
    if (!ledger && batch.mode === 'append') throw Ledger.missing(schema);
    const positions = batch.position ? await this.#positionsIn(session, schema, signal) : null;
    const results = await new BatchWriter(
      session,
      batch,
      plan,
      table,
      ledger,
      positions,
      this.#fresh.has(table),
      signal,
    ).write();
    if (results.every(({ status }) => status === 'created')) this.#fresh.add(table);
    else this.#fresh.delete(table);
    return results;
  }

  async #take(signal: AbortSignal): Promise<Session> {
    for (;;) {
      const session = this.#idle.pop();
      if (!session) return this.#sessions.open(signal);
      if (!session.lost) return session;
      await session.close();
    }
  }

  #errorOf(error: unknown, object: string): Error {
    if (!isDatabaseError(error)) {
      const known = externalErrorOf(error, 'destination');
      if (known === error || !(known instanceof Retryable)) return known;
      const message = `${known.message}; the outcome of the batch is unknown; repeating it is safe`;
      return new Retryable(known.code, message, { cause: error, ...(known.timedOut && { timedOut: true }) });
    }
    // The table or the ledger may have changed since it was looked up.
    if (error.code?.startsWith('42')) {
      this.#tables.delete(object);
      this.#ledgers.clear();
      this.#positions.clear();
    }
    return externalErrorOf(error, 'destination', `${object}: ${wordsOf(error)}`);
  }
}

/** The value for a key; failures are not cached, and an abort affects only its own caller. */
async function remembered<T>(known: Map<string, T>, key: string, make: () => Promise<T>): Promise<T> {
  if (!known.has(key)) known.set(key, await make());
  return known.get(key)!;
}

async function tableOf(session: Session, name: string, signal: AbortSignal): Promise<Table> {
  await session.begin(signal, READ_ONLY);
  const table = await findTable(session, name, signal);
  await session.script(signal, 'commit');
  if (table) return table;
  throw new Terminal('DESTINATION_NOT_FOUND', `there is no table ${name}, or it is not on the search path`);
}
