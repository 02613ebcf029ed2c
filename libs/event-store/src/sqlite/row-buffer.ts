import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

const SIZES = [16, 4, 1] as const;

/** Collects rows of one table and inserts them 16 at a time: a statement's fixed cost is most of a single insert. */
export class RowBuffer {
  readonly #statements: readonly { rows: number; statement: StatementSync }[];
  #values: SQLInputValue[] = [];

  constructor(
    database: DatabaseSync,
    table: string,
    private readonly columns: number,
  ) {
    const row = `(${Array(columns).fill('?').join(',')})`;
    this.#statements = SIZES.map((rows) => ({
      rows,
      statement: database.prepare(`INSERT INTO ${table} VALUES ${Array(rows).fill(row).join(',')}`),
    }));
  }

  /** Adds one row: its values in the order of the table's columns. */
  add(...row: SQLInputValue[]): void {
    this.#values.push(...row);
    if (this.#values.length === SIZES[0] * this.columns) this.flush();
  }

  /** Inserts the remaining rows. */
  flush(): void {
    const values = this.#values;
    if (values.length === 0) return;
    this.#values = [];
    let done = 0;
    for (const { rows, statement } of this.#statements) {
      const width = rows * this.columns;
      for (; values.length - done >= width; done += width) {
        statement.run(...(done === 0 && values.length === width ? values : values.slice(done, done + width)));
      }
    }
  }

  /** Forgets rows that were not inserted. */
  clear(): void {
    this.#values = [];
  }
}
