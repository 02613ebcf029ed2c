import type { Clock } from '@tidemark/foundation';

export const WINDOW_MS = 10_000;
/** Kinds that are counted at once; beyond them the oldest is no longer. */
const KINDS = 500;

interface Window {
  repeats: number;
  last: () => void;
  timer: unknown;
}

/** Lets one line of each kind pass in ten seconds: the first at once, then the last one with the number of all since. */
export class Throttle {
  readonly #windows = new Map<string, Window>();

  constructor(private readonly clock: Clock) {}

  /** `write` gets the number of lines of that kind that were left out before this one. */
  pass(kind: string, write: (leftOut: number) => void): void {
    const window = this.#windows.get(kind);
    if (window) {
      window.repeats += 1;
      window.last = () => write(window.repeats - 1);
      return;
    }
    if (this.#windows.size >= KINDS) this.#end(this.#windows.keys().next().value!);
    write(0);
    this.#open(kind);
  }

  #open(kind: string): void {
    const timer = this.clock.setTimeout(() => this.#end(kind), WINDOW_MS);
    (timer as { unref?(): void } | undefined)?.unref?.();
    this.#windows.set(kind, { repeats: 0, last: () => undefined, timer });
  }

  /** Writes the last line if any was left out; then the kind is throttled for as long again. */
  #end(kind: string): void {
    const { repeats, last, timer } = this.#windows.get(kind)!;
    this.clock.clearTimeout(timer);
    this.#windows.delete(kind);
    if (repeats === 0) return;
    last();
    this.#open(kind);
  }
}

/** Lines of one kind differ in ids, numbers and quoted text alone. */
export const kindOf = (text: string): string =>
  text
    .slice(0, 500)
    .replaceAll(/"[^"]*"|'[^']*'/g, '"…"')
    .replaceAll(/[\w:.-]+/g, (word) => (/\d/.test(word) ? '#' : word));
