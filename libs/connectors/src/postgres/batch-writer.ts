import type { RowResult, WriteBatch } from '@tidemark/connector-sdk';
import { digestOf, olderDigestOf } from './batch-digest.js';
import type { BatchPlan, Unit } from './batch-plan.js';
import { copyLine } from './copy-in.js';
import { isDatabaseError } from './errors.js';
import { unpacked, type Ledger } from './ledger.js';
import type { Positions } from './positions.js';
import { isRaised } from './row-errors.js';
import type { Session } from './session.js';
import type { Table } from './table.js';
import { READ_WRITE } from './transaction.js';
import { ConcurrentDelete, SAVED, UnitWriter, type SentUnit } from './unit-writer.js';

/** Attempts of a batch that conflicts with other writers, before the error is thrown. */
const TRIES = 4;

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
    private readonly positions: Positions | null,
    /** Whether its rows are probably new. */
    private readonly asNew: boolean,
    private readonly signal: AbortSignal,
  ) {
    this.#units = plan.units.map((unit) => {
      const lines = unit.rows.map(({ values }) => copyLine(values));
      return { unit, lines, all: Buffer.from(lines.join('')) };
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
    return isDatabaseError(error) && !isRaised(error) && (error.code === '40P01' || error.code === '40001');
  }

  async #transaction(): Promise<readonly RowResult[]> {
    const start = 'set constraints all immediate; set local jit = off; savepoint tidemark';
    const found = await this.session.begin(this.signal, READ_WRITE, this.ledger ? `${start}; ${this.ledger.find(this.batch)}` : start); // prettier-ignore
    const written = this.#resultsIn(found as [string, string][]);
    if (written) {
      await this.session.script(this.signal, 'rollback');
      return written;
    }
    const results = await this.#writeUnits();
    const { position } = this.batch;
    const remember = this.ledger?.remember(this.batch, this.#digest, results);
    const move = position && this.positions?.move(position);
    await this.session.script(this.signal, [remember, move, 'commit'].filter(Boolean).join('; '));
    return results;
  }

  /** The recorded results of this batch, among those with its id. */
  #resultsIn(rows: readonly (readonly [string, string])[]): readonly RowResult[] | undefined {
    if (rows.length === 0) return undefined;
    const digests = [this.#digest, olderDigestOf(this.batch, this.table, this.plan.units)];
    const row = rows.find(([digest]) => digests.includes(digest));
    return row && unpacked(row[1]);
  }

  async #writeUnits(): Promise<readonly RowResult[]> {
    const results = new Map(this.plan.failed);
    const replaced = new Set(this.plan.units.flatMap(({ rows }) => rows.flatMap(({ before }) => (before ? [before.at] : [])))); // prettier-ignore
    const writers: UnitWriter[] = [];
    for (const unit of this.#units) {
      if (writers.length > 0) await this.session.script(this.signal, SAVED);
      const writer = new UnitWriter(this.session, this.table, unit, writers.length, { results, replaced, signal: this.signal }); // prettier-ignore
      await writer.write(this.#isCopied(unit.unit));
      writers.push(writer);
    }
    await this.#again(writers);
    return this.batch.rows.map((_row, at) => results.get(at)!);
  }

  /** COPY knows no rules, and needs a unique index to refuse rows that exist. */
  #isCopied({ action }: Unit): boolean {
    const { kind, rules } = this.table;
    return (kind === 'r' || kind === 'p') && !rules && (action === 'append' || (action === 'upsert' && this.asNew));
  }

  /** Refused rows that others may have let pass since, as long as there is progress; then exchanges of unique values. */
  async #again(writers: readonly UnitWriter[]): Promise<void> {
    for (let progress = true; progress;) {
      progress = false;
      for (const writer of writers) if (await writer.retry()) progress = true;
      if (progress) continue;
      for (const writer of writers) if (await writer.swap()) progress = true;
    }
  }
}
