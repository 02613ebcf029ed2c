import { duration } from '../render/time.js';
import type { Terminal } from '../terminal.js';

const REDRAW_MS = 100;
const grouped = (count: number) => count.toLocaleString('en-US');

/** `1,240 rows · 620/s`, drawn as it grows where somebody follows. */
export class Pace {
  readonly #started: number;
  #drawn = -Infinity;
  #count = 0;

  constructor(
    private readonly terminal: Terminal,
    private readonly now: () => number,
    private readonly what: string,
  ) {
    this.#started = now();
  }

  add(count: number, more = ''): void {
    this.#count += count;
    if (!this.terminal.followed || this.now() - this.#drawn < REDRAW_MS) return;
    this.#drawn = this.now();
    this.terminal.progress(this.#line(more));
  }

  /** Says what it came to, where somebody follows. */
  end(more = ''): void {
    this.terminal.clear();
    if (!this.terminal.followed) return;
    this.terminal.note(`${this.#line(more)} · ${duration(this.now() - this.#started)}`);
  }

  #line(more: string): string {
    const seconds = Math.max((this.now() - this.#started) / 1000, 0.001);
    const rate = seconds < 0.05 ? '' : ` · ${grouped(Math.round(this.#count / seconds))}/s`;
    return `${grouped(this.#count)} ${this.what}${rate}${more && ` · ${more}`}`;
  }
}
