import { duration } from '../render/time.js';
import type { Terminal } from '../terminal.js';

const REDRAW_MS = 100;
const grouped = (count: number) => count.toLocaleString('en-US');

/** `1,240 rows · 620/s`, updated in place on an interactive terminal. */
export class ProgressMeter {
  readonly #terminal: Terminal;
  readonly #now: () => number;
  readonly #what: string;
  readonly #started: number;
  #drawn = -Infinity;
  #count = 0;

  constructor(terminal: Terminal, now: () => number, what: string) {
    this.#terminal = terminal;
    this.#now = now;
    this.#what = what;
    this.#started = now();
  }

  add(count: number, more = ''): void {
    this.#count += count;
    if (!this.#terminal.followed || this.#now() - this.#drawn < REDRAW_MS) return;
    this.#drawn = this.#now();
    this.#terminal.progress(this.#line(more));
  }

  /** Replaces the line with the final figures. */
  end(more = ''): void {
    this.#terminal.clear();
    if (!this.#terminal.followed) return;
    this.#terminal.note(`${this.#line(more)} · ${duration(this.#now() - this.#started)}`);
  }

  #line(more: string): string {
    const seconds = Math.max((this.#now() - this.#started) / 1000, 0.001);
    const rate = seconds < 0.05 ? '' : ` · ${grouped(Math.round(this.#count / seconds))}/s`;
    return `${grouped(this.#count)} ${this.#what}${rate}${more && ` · ${more}`}`;
  }
}
