import type { LoopYield } from '../loop-yield.js';
import { CanonicalRow } from './canonical-row.js';
import type { Counts, NullKey } from '../difference.js';
import { KeyWriter } from '../key-writer.js';
import type { KnownRows } from './known-rows.js';
import { Model } from '../model.js';
import type { Settings } from '../options.js';
import { RowRecorder, type RowSink } from './row-recorder.js';
import type { Row } from '../row.js';
import type { RecordSorter } from '../spill/record-sorter.js';
import { AT_ONCE, WaitingRows } from './waiting-rows.js';

export type Rows = AsyncIterable<Row> | Iterable<Row>;

/** Reads the source's rows into a sorter, except those known to be unchanged. */
export class Intake {
  readonly keys: KeyWriter;
  readonly #settings: Settings;
  readonly #counts: Counts;
  readonly #sorter: RecordSorter;
  readonly #before: KnownRows | undefined;
  readonly #rows: AsyncIterator<Row> | Iterator<Row>;
  #model: Model | undefined;
  #sink: RowSink | undefined;
  /** The columns of the first row, if they define the model. */
  #known: readonly string[] | undefined;
  #stopped = false;

  constructor(rows: Rows, settings: Settings, counts: Counts, sorter: RecordSorter, before: KnownRows | undefined) {
    this.#settings = settings;
    this.#counts = counts;
    this.#sorter = sorter;
    this.#before = before;
    this.keys = new KeyWriter(settings.key);
    this.#rows = Symbol.asyncIterator in rows ? rows[Symbol.asyncIterator]() : rows[Symbol.iterator]();
    if (settings.columns !== undefined) this.#decide([...new Set([...settings.key, ...settings.columns])]);
  }

  /** The model of the rows, once they were read. @param otherwise columns when there were no rows */
  model(otherwise: readonly string[]): Model {
    return this.#model ?? this.#decide([...new Set([...this.#settings.key, ...otherwise])]);
  }

  /** Reads until the rows end (undefined), or one has no key. */
  async run(loopYield: LoopYield): Promise<NullKey | undefined> {
    for (;;) {
      const next = await this.#rows.next();
      if (this.#stopped) return void this.#letGo();
      if (next.done) return void (await this.#sink?.end());
      const ready = this.#take(next.value);
      if (ready !== undefined) {
        if (!(ready instanceof Promise)) return ready;
        await ready;
      }
      if (loopYield.due()) await loopYield.take();
      if (this.#stopped) return undefined;
    }
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#letGo();
  }

  /** Closes the source without waiting for it: it may hang. */
  #letGo(): void {
    // A running generator refuses, and is closed again after it yields its row.
    (async () => this.#rows.return?.())().catch(() => {});
  }

  #take(row: Row): NullKey | Promise<void> | undefined {
    const rowNumber = ++this.#counts.rows;
    try {
      if (typeof row !== 'object' || row === null) throw new TypeError('a row must be an object');
      if (this.#sink === undefined) this.#decideBy(row);
      if (this.#known !== undefined) checkColumns(row, this.#known);
      const sink = this.#sink!;
      if (sink.row.read(row, rowNumber)) return sink.take();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new TypeError(`row ${rowNumber}: ${error.message}`, { cause: error });
    }
    this.#counts.nullKey++;
    return { type: 'nullKey', rowNumber, columns: this.#settings.key.filter((name) => row[name] == null) };
  }

  #decideBy(row: Row): void {
    const names = Object.keys(row);
    this.#known = names;
    this.#decide([...new Set([...names, ...this.#settings.key])]);
  }

  #decide(names: readonly string[]): Model {
    this.#model = new Model(this.#settings.key, names, this.#settings.keepValues);
    const { columns } = this.#model.header;
    const canonicalRow = () => new CanonicalRow(this.#settings.key, columns);
    const recorder = new RowRecorder(canonicalRow(), this.#sorter);
    const known = this.#before?.have(columns) ? this.#before : undefined;
    this.#sink = known ? new WaitingRows(Array.from({ length: AT_ONCE }, canonicalRow), known, recorder) : recorder;
    return this.#model;
  }
}

/** Rows of one source mostly have the same names in the same order, so that this costs almost nothing. */
function checkColumns(row: Row, known: readonly string[]): void {
  let i = 0;
  for (const name in row) {
    if (name !== known[i++] && !known.includes(name)) {
      throw new TypeError(`column "${name}" is not among those of the first row; name all of them in \`columns\``);
    }
  }
}
