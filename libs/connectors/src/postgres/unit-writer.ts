import { Retryable } from '@tidemark/resilience';
import type { RowResult } from '@tidemark/connector-sdk';
import type pg from 'pg';
import type { Unit } from './batch-plan.js';
import { CopyIn } from './copy-in.js';
import { isDatabaseError } from './errors.js';
import { resultOf } from './ledger.js';
import { fieldAtFault, isRowFault, mayPass, placeOfCopyError, rowFault } from './row-errors.js';
import type { Session } from './session.js';
import { constraintOf, type Table } from './table.js';
import { UnitStatements } from './write-statements.js';

/** Rows written so far survive later failures. */
export const SAVED = 'release savepoint tidemark; savepoint tidemark';
const BACK = 'rollback to savepoint tidemark';
/** Rows sent at once after an invalid value was met. */
const PIECE = 500;

/** A row was deleted between being found and being changed. */
export class ConcurrentDelete extends Retryable {
  constructor() {
    super('DESTINATION_QUERY_FAILED', 'the rows are being deleted concurrently');
  }
}

/** A unit with the lines of its rows for COPY, without their numbers. */
export interface SentUnit {
  readonly unit: Unit;
  readonly lines: readonly string[];
  /** The same, joined. */
  readonly all: Buffer;
}

/** What the units of a batch share. */
export interface BatchState {
  readonly results: Map<number, RowResult>;
  /** Positions of rows with a later one of the same key. */
  readonly replaced: ReadonlySet<number>;
  readonly signal: AbortSignal;
}

/** Writes the rows of a unit, which are numbered from 0; refused ones are found by bisection. */
export class UnitWriter {
  readonly #statements: UnitStatements;
  readonly #unit: Unit;
  /** Errors of the refused rows that another row's change may let pass. */
  readonly #refused = new Map<number, pg.DatabaseError>();
  #probed = false;
  readonly #results: BatchState['results'];
  readonly #replaced: BatchState['replaced'];
  readonly #signal: AbortSignal;

  constructor(
    private readonly session: Session,
    private readonly table: Table,
    private readonly sent: SentUnit,
    number: number,
    { results, replaced, signal }: BatchState,
  ) {
    this.#results = results;
    this.#replaced = replaced;
    this.#signal = signal;
    this.#unit = sent.unit;
    this.#statements = new UnitStatements(sent.unit, table, `pg_temp.tidemark${number}_rows`);
  }

  /** `asNew`: tries to copy the rows into the table itself first, as none of them seems to exist. */
  async write(asNew: boolean): Promise<void> {
    if (asNew && (await this.#copyNew())) return;
    await this.#script(`${this.#statements.create}; ${SAVED}`);
    await this.#load();
    const rows = this.#unit.rows.flatMap(({ at }, row) => (this.#results.has(at) ? [] : [row]));
    if (rows.length > 0) await this.#halves(rows, true);
  }

  /** Tries refused rows again, after those that may have let them pass. @returns whether some were written */
  async retry(): Promise<boolean> {
    const rows = this.#retryable();
    if (rows.length === 0) return false;
    await this.#halves(rows);
    return this.#refused.size < rows.length;
  }

  /**
   * Rows that exchange unique values cannot be written one after the other: their values are freed first. A row that is
   * refused even so is left out. @returns whether some were written
   */
  async swap(): Promise<boolean> {
    const { action } = this.#unit;
    if (action !== 'upsert' && action !== 'update') return false;
    let rows = this.#retryable().filter((row) => this.#refused.get(row)!.code === '23505');
    while (rows.length > 1) {
      const refused = rows.map((row) => [row, this.#refused.get(row)!] as const);
      const results = rows.map((row) => this.#results.get(this.#at(row))!);
      await this.#script('release savepoint tidemark; savepoint tidemark_swap; savepoint tidemark');
      if (await this.#park(rows)) {
        await this.#halves(rows);
        if (!rows.some((row) => this.#refused.has(row))) {
          await this.#script('release savepoint tidemark_swap; savepoint tidemark');
          return true;
        }
      } else rows = [];
      await this.#script('rollback to savepoint tidemark_swap; savepoint tidemark');
      const left = rows.filter((row) => !this.#refused.has(row));
      refused.forEach(([row, error], at) => {
        this.#refused.set(row, error);
        this.#results.set(this.#at(row), results[at]!);
      });
      rows = left;
    }
    return false;
  }

  #at(row: number): number {
    return this.#unit.rows[row]!.at;
  }

  /** A refused row that a later one with the same key replaced is not written after it. */
  #retryable(): number[] {
    return [...this.#refused.keys()].filter((row) => !this.#replaced.has(this.#at(row)));
  }

  async #park(rows: readonly number[]): Promise<boolean> {
    const columns = new Set(rows.flatMap((row) => {
      const names = constraintOf(this.table, this.#refused.get(row)!.constraint)?.columns ?? [];
      return names.filter((name) => this.#statements.park(name) !== null).slice(0, 1);
    })); // prettier-ignore
    try {
      for (const name of columns)
        await this.session.query(this.#signal, this.#statements.park(name)!, [selection(rows)]);
      if (columns.size > 0) await this.#script(SAVED);
      return columns.size > 0;
    } catch (error) {
      if (!isDatabaseError(error) || !isRowFault(error)) throw error;
      return false;
    }
  }

  /** Sends the rows; those with a value that the server cannot read, or that does not fit, are refused. */
  async #load(): Promise<void> {
    const { lines } = this.sent;
    for (let from = 0, size = lines.length; from < lines.length;) {
      const to = Math.min(lines.length, from + size);
      const error = await this.#copy(from, to);
      if (!error) {
        from = to;
        continue;
      }
      const place = placeOfCopyError(error);
      if (!place && to - from > 1) {
        size = (to - from) >> 1;
        continue;
      }
      const bad = from + (place?.line ?? 1) - 1;
      const column = place?.column == null ? undefined : this.#unit.columns[place.column]?.name;
      this.#results.set(this.#at(bad), rowFault(error, column));
      if (bad > from) await this.#copy(from, bad);
      from = bad + 1;
      size = PIECE;
    }
  }

  /** Whether the table stored all of the rows; else nothing was written. */
  async #copyNew(): Promise<boolean> {
    const { lines, all } = this.sent;
    try {
      if ((await this.#send(this.#statements.copyNew, all)) === lines.length) {
        for (const { at } of this.#unit.rows) this.#results.set(at, resultOf('c'));
        return true;
      }
    } catch (error) {
      if (!isDatabaseError(error) || !isRowFault(error)) throw error;
    }
    await this.#script(BACK);
    return false;
  }

  #send(statement: string, data: Buffer): Promise<number> {
    return this.session.run(
      this.#signal,
      (client) => new Promise((resolve, reject) => void client.query(new CopyIn(statement, data, resolve, reject))),
    );
  }

  /** @returns the error of a row */
  async #copy(from: number, to: number): Promise<pg.DatabaseError | null> {
    let text = '';
    for (let at = from; at < to; at++) text += `${at}\t${this.sent.lines[at]!}`;
    try {
      await this.#send(this.#statements.copy, Buffer.from(text));
    } catch (error) {
      if (!isDatabaseError(error) || !isRowFault(error)) throw error;
      await this.#script(BACK);
      return error;
    }
    await this.#script(SAVED);
    return null;
  }

  async #halves(rows: readonly number[], all = false): Promise<void> {
    if (await this.#write(rows, all)) {
      if (!all) await this.#script(SAVED);
      return;
    }
    if (rows.length === 1) return;
    const middle = rows.length >> 1;
    await this.#halves(rows.slice(0, middle));
    await this.#halves(rows.slice(middle));
  }

  /** Whether all were written; a single refused row gets its result. */
  async #write(rows: readonly number[], all: boolean): Promise<boolean> {
    const selected = all ? null : selection(rows);
    try {
      const [row] = await this.session.query(this.#signal, this.#statements.write, [selected]);
      const letters = await this.#explained(row![0]!, rows, selected);
      if (letters.includes('b') && rows.length > 1) {
        await this.#script(BACK);
        return false;
      }
      rows.forEach((number, at) => {
        this.#results.set(this.#at(number), resultOf(letters[at]!));
        this.#refused.delete(number);
      });
      return true;
    } catch (error) {
      if (!isDatabaseError(error) || !isRowFault(error)) throw error;
      await this.#script(BACK);
      await this.#probe();
      if (rows.length > 1) return false;
      this.#results.set(this.#at(rows[0]!), rowFault(error, fieldAtFault(error, this.#unit, this.table)));
      if (mayPass(error)) this.#refused.set(rows[0]!, error);
      else this.#refused.delete(rows[0]!);
      return false;
    }
  }

  /** A statement that fails without any row does not fail because of one. */
  async #probe(): Promise<void> {
    if (!this.#probed) await this.session.query(this.#signal, this.#statements.write, ['{}']);
    this.#probed = true;
  }

  /** Rows that were found but not changed: a trigger prevented it, or they were deleted in between. */
  async #explained(letters: string, rows: readonly number[], selected: string | null): Promise<string> {
    if (!letters.includes('x')) return letters;
    const lost = rows.filter((_row, at) => letters[at] === 'x');
    const [row] = await this.session.query(this.#signal, this.#statements.recheck, [selected, selection(lost)]);
    const found = [...row![0]!];
    if (found.includes('x')) throw new ConcurrentDelete();
    return [...letters].map((letter) => (letter === 'x' ? found.shift()! : letter)).join('');
  }

  #script(text: string): Promise<unknown> {
    return this.session.script(this.#signal, text);
  }
}

const selection = (rows: readonly number[]): string => `{${rows.join(',')}}`;
