import { createHash } from 'node:crypto';
import { Retryable } from '@tidemark/resilience';
import type { RowResult, WriteBatch } from '@tidemark/connector-sdk';
import type { BatchPlan, EncodedRow, Unit } from './batch-plan.js';
import { isDatabaseError } from './errors.js';
import { resultOf, unpacked, type Ledger } from './ledger.js';
import { fieldAtFault, isRowFault, isValueFault, rowFault } from './row-errors.js';
import type { Session } from './session.js';
import { constraintOf, type Table } from './table.js';
import { statementOf, type Statement } from './write-statements.js';

/** Attempts of a batch that conflicts with other writers, before the error is thrown. */
const TRIES = 4;
const BEGIN = 'begin isolation level read committed; set constraints all immediate; savepoint tidemark';

/** Writes one batch in one transaction: all rows except refused ones, or, on any other error, none. */
export class BatchWriter {
  readonly #units: readonly SentUnit[];
  readonly #digest: string;

  constructor(
    private readonly session: Session,
    private readonly batch: WriteBatch,
    private readonly plan: BatchPlan,
    private readonly table: Table,
    private readonly ledger: Ledger | null,
    private readonly signal: AbortSignal,
  ) {
    this.#units = plan.units.map((unit) => {
      const statement = statementOf(unit, table);
      return { unit, statement, values: statement.values(unit.rows) };
    });
    this.#digest = ledger ? digestOf(batch, table, this.#units) : '';
  }

  /** @throws the server's error for the batch as a whole; the transaction is then still open */
  async write(): Promise<readonly RowResult[]> {
    for (let tries = 1; ; tries++)
      try {
        return await this.#transaction();
      } catch (error) {
        if (!this.#isConflict(error) || tries === TRIES) throw error;
        await this.session.script(this.signal, 'rollback');
      }
  }

  /** A transient deadlock or serialization failure, or a second writer of the same batch. */
  #isConflict(error: unknown): boolean {
    if (error instanceof ConcurrentDelete || this.ledger?.isTaken(error)) return true;
    return isDatabaseError(error) && (error.code === '40P01' || error.code === '40001');
  }

  async #transaction(): Promise<readonly RowResult[]> {
    const [written] = await this.session.script(this.signal, this.ledger ? `${BEGIN}; ${this.ledger.find(this.batch, this.#digest)}` : BEGIN); // prettier-ignore
    if (written) {
      await this.session.script(this.signal, 'rollback');
      return unpacked(written[0]!);
    }
    const results = await this.#writeUnits();
    const remember = this.ledger?.remember(this.batch, this.#digest, results);
    await this.session.script(this.signal, remember === undefined ? 'commit' : `${remember}; commit`);
    return results;
  }

  async #writeUnits(): Promise<readonly RowResult[]> {
    const results = new Map(this.plan.failed);
    for (const [at, unit] of this.#units.entries()) {
      if (at > 0) await this.session.script(this.signal, SAVED);
      await new UnitWriting(this.session, this.table, unit, results, this.signal).write();
    }
    return this.batch.rows.map((_row, at) => results.get(at)!);
  }
}

/** A unit with its statement, and the values of all of its rows. */
interface SentUnit {
  readonly unit: Unit;
  readonly statement: Statement;
  readonly values: readonly string[];
}

const SAVED = 'release savepoint tidemark; savepoint tidemark';

/** A row was deleted between being found and being changed. */
class ConcurrentDelete extends Retryable {
  constructor() {
    super('DESTINATION_QUERY_FAILED', 'the rows are being deleted concurrently');
  }
}

/** Writes the rows of a unit; refused ones are found by bisection. */
class UnitWriting {
  /** Rows that refer to rows of the same table that may follow later in the batch. */
  #orphans: EncodedRow[] = [];
  readonly #unit: Unit;

  constructor(
    private readonly session: Session,
    private readonly table: Table,
    private readonly sent: SentUnit,
    private readonly results: Map<number, RowResult>,
    private readonly signal: AbortSignal,
  ) {
    this.#unit = sent.unit;
  }

  async write(): Promise<void> {
    await this.#halves(this.#unit.rows);
    // Bisection can separate a row from the row it refers to: continue as long as there is progress.
    for (let orphans = this.#orphans; orphans.length > 0;) {
      this.#orphans = [];
      await this.#halves(orphans);
      if (this.#orphans.length === orphans.length) break;
      orphans = this.#orphans;
    }
  }

  async #halves(rows: readonly EncodedRow[]): Promise<void> {
    if (await this.#all(rows)) return;
    if (rows.length === 1) return;
    const middle = rows.length >> 1;
    await this.#halves(rows.slice(0, middle));
    await this.#halves(rows.slice(middle));
  }

  /** Whether all were written; a single refused row gets its result. */
  async #all(rows: readonly EncodedRow[]): Promise<boolean> {
    try {
      const { statement, values } = this.sent;
      const sent = rows === this.#unit.rows ? values : statement.values(rows);
      const [row] = await this.session.query(this.signal, statement.text, sent);
      const letters = row![0]!;
      if (letters.includes('x')) {
        if (rows.length === 1) throw new ConcurrentDelete();
        await this.session.script(this.signal, 'rollback to savepoint tidemark');
        return false;
      }
      rows.forEach(({ at }, index) => this.results.set(at, resultOf(letters[index]!)!));
    } catch (error) {
      if (!isDatabaseError(error) || !isRowFault(error)) throw error;
      await this.session.script(this.signal, 'rollback to savepoint tidemark');
      const [only, ...others] = rows;
      if (others.length > 0) return false;
      const field = fieldAtFault(error, this.#unit, only!, this.table);
      const column = field === undefined && isValueFault(error) ? await this.#unreadable(only!) : field;
      this.results.set(only!.at, rowFault(error, column));
      if (constraintOf(this.table, error.constraint)?.self) this.#orphans.push(only!);
      return false;
    }
    // Rows written so far must survive later failures.
    if (rows.length < this.#unit.rows.length) await this.session.script(this.signal, SAVED);
    return true;
  }

  /** The column whose value the server cannot parse as its type, tested one by one; undefined when all can be parsed. */
  async #unreadable({ values }: EncodedRow): Promise<string | undefined> {
    for (const [at, { name, fullType }] of this.#unit.columns.entries())
      try {
        if (values[at] !== null) await this.session.query(this.signal, `select $1::${fullType}`, [values[at]!]);
      } catch (error) {
        if (!isDatabaseError(error) || !isValueFault(error)) throw error;
        await this.session.script(this.signal, 'rollback to savepoint tidemark');
        return name;
      }
    return undefined;
  }
}

/** Distinguishes batches that happen to have the same id. */
function digestOf({ mode, key }: WriteBatch, table: Table, units: readonly SentUnit[]): string {
  const hash = createHash('sha256').update(JSON.stringify([mode, key, table.schema, table.name]));
  for (const { unit, values } of units) {
    const columns = unit.columns.map(({ name }) => name);
    hash.update(
      JSON.stringify([unit.action, columns, unit.rows.map(({ at }) => at), values.map((text) => text.length)]),
    );
    for (const text of values) hash.update(text);
  }
  return hash.digest('base64url').slice(0, 22);
}
