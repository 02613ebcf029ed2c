import { globSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@tidemark/test-kit';

const [libfaketime] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
const PRELOAD = join(import.meta.dirname, 'clock-preload.mjs');

/**
 * The wall clock of a program under test, by libfaketime where that is installed, and otherwise by a module that the
 * program loads first. Its timers go on with the real time, as those of a machine do whose clock is set.
 */
export class MovableClock {
  #aheadMs = 0;

  private constructor(private readonly file: string) {}

  /** `file` must not exist yet. */
  static async create(file: string, aheadMs = 0): Promise<MovableClock> {
    const clock = new MovableClock(file);
    await clock.step(aheadMs);
    return clock;
  }

  /** For the program whose clock it is. */
  get environment(): Record<string, string> {
    if (!libfaketime) return { NODE_OPTIONS: `--import=${PRELOAD}`, CLOCK_SHIFT_FILE: this.file };
    return {
      LD_PRELOAD: libfaketime,
      FAKETIME_TIMESTAMP_FILE: this.file,
      FAKETIME_CACHE_DURATION: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      NO_FAKE_STAT: '1',
    };
  }

  /** What the program's clock shows, in milliseconds since the epoch. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Sets the clock forward, or back; the program sees it within about two seconds. */
  async step(milliseconds: number): Promise<void> {
    this.#aheadMs += milliseconds;
    const seconds = this.#aheadMs / 1000;
    await writeFile(`${this.file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    await rename(`${this.file}.new`, this.file);
  }

  /** Waits until the program that answers at `url` has seen where the clock stands. */
  async seenAt(url: string): Promise<void> {
    const agrees = async () => {
      const shown = Date.parse((await fetch(`${url}/healthz`)).headers.get('date') ?? '');
      // The header has whole seconds, rounded down.
      return Math.abs(this.now() - shown - 500) < 1000;
    };
    await eventually(agrees, 'the program to see its clock', { timeout: 20_000, interval: 100 });
  }
}
