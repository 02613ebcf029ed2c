import type { CanonicalRow } from './canonical-row.js';
import { Fingerprint } from './fingerprint.js';
import { type KnownRows, WORDS } from './known-rows.js';
import type { RowRecorder, RowSink } from './row-recorder.js';

/** Rows that wait together: enough for the processor to load from many addresses at once. */
export const AT_ONCE = 48;
/** Bytes of long rows that wait together. */
const MOST_BYTES = 1024 * 1024;

/**
 * Rows wait here to be looked up together: one at a time, nearly every one
 * would wait for uncached memory. Unknown rows are passed on to the recorder.
 */
export class WaitingRows implements RowSink {
  row: CanonicalRow;
  readonly #rows: readonly CanonicalRow[];
  readonly #known: KnownRows;
  readonly #recorder: RowRecorder;
  readonly #fingerprint = new Fingerprint();
  /** As the known rows have them: of each row the key's hash and the fingerprint. */
  readonly #words = new Int32Array(AT_ONCE * WORDS);
  #count = 0;
  #bytes = 0;

  /** @param rows to wait in, AT_ONCE of them */
  constructor(rows: readonly CanonicalRow[], known: KnownRows, recorder: RowRecorder) {
    this.#rows = rows;
    this.row = rows[0]!;
    this.#known = known;
    this.#recorder = recorder;
  }

  take(): Promise<void> | undefined {
    const { row } = this;
    let at = this.#count * WORDS;
    this.#words[at++] = row.key.hash;
    this.#fingerprint.ofRow(row);
    for (let i = 0; at < (this.#count + 1) * WORDS; i++) this.#words[at++] = this.#fingerprint.words[i]!;
    this.#count++;
    this.#bytes += row.values.length;
    const ready = this.#count === AT_ONCE || this.#bytes > MOST_BYTES ? this.end() : undefined;
    this.row = this.#rows[this.#count]!;
    return ready;
  }

  end(): Promise<void> | undefined {
    const others = this.#known.others(this.#words, this.#count);
    this.#count = 0;
    for (let i = 0; i < others.length; i++) {
      const ready = this.#recorder.add(this.#rows[others[i]!]!);
      if (ready !== undefined) return this.#record(ready, others.slice(i + 1));
    }
    this.#trim();
    return undefined;
  }

  async #record(ready: Promise<void>, others: Uint8Array): Promise<void> {
    await ready;
    for (const other of others) await this.#recorder.add(this.#rows[other]!);
    this.#trim();
  }

  /** Long rows made their slots large: all of them together would hold too much. */
  #trim(): void {
    if (this.#bytes > MOST_BYTES) for (const { values } of this.#rows) values.trim();
    this.#bytes = 0;
  }
}
