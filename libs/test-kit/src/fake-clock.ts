/** The source of time for code that waits: the clock, and timers that the clock drives. Milliseconds since the epoch. */
export interface FakeTimer {
  readonly due: number;
}

interface PendingTimer extends FakeTimer {
  readonly due: number;
  readonly order: number;
  readonly every: number | undefined;
  readonly callback: () => void;
}

/** A clock that only the test moves. */
export class FakeClock {
  #time: number;
  /** Not set with the time. */
  #elapsed = 0;
  #order = 0;
  readonly #pending = new Set<PendingTimer>();

  constructor(start: number | string = '2026-01-01T00:00:00.000Z') {
    this.#time = typeof start === 'number' ? start : Date.parse(start);
    if (!Number.isFinite(this.#time)) throw new RangeError(`start: expected milliseconds or an ISO date, got ${start}`);
  }

  // Bound, so that they can be passed as plain functions.
  readonly now = (): number => this.#time;
  readonly elapsed = (): number => this.#elapsed;
  readonly setTimeout = (callback: () => void, milliseconds = 0): FakeTimer => this.#add(callback, milliseconds);
  readonly setInterval = (callback: () => void, milliseconds: number): FakeTimer =>
    this.#add(callback, milliseconds, Math.max(1, milliseconds));
  readonly clearTimeout = (timer: FakeTimer | undefined): void => {
    for (const pending of this.#pending) if (pending === timer) this.#pending.delete(pending);
  };
  readonly clearInterval = this.clearTimeout;

  /** Timers that have not fired. */
  get timers(): number {
    return this.#pending.size;
  }

  /** When the next timer fires; undefined when there is none. */
  get nextDue(): number | undefined {
    return this.#next(Infinity)?.due;
  }

  /** Resolves when the clock has been advanced by this much. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#add(resolve, milliseconds));
  }

  /** Moves on, firing every timer at its own time, in order; promises that they start run in between. */
  async advance(milliseconds: number): Promise<void> {
    await this.advanceTo(this.#time + milliseconds);
  }

  async advanceTo(time: number): Promise<void> {
    if (time < this.#time) throw new RangeError(`a clock that is at ${this.#time} cannot advance to ${time}`);
    await settle();
    for (let timer = this.#next(time); timer; timer = this.#next(time)) {
      this.#pending.delete(timer);
      this.#moveTo(Math.max(this.#time, timer.due));
      if (timer.every !== undefined) this.#rearm(timer, timer.every);
      timer.callback();
      await settle();
    }
    this.#moveTo(time);
  }

  /** Sets the time, also backwards, and fires nothing: a system clock that was corrected. */
  set(time: number): void {
    this.#time = time;
  }

  /** Sets the time by this much forward or back; timers keep the rest of their waits, as those of a system do. */
  step(milliseconds: number): void {
    this.#time += milliseconds;
    for (const timer of this.#pending) Object.assign(timer, { due: timer.due + milliseconds });
  }

  #moveTo(time: number): void {
    this.#elapsed += time - this.#time;
    this.#time = time;
  }

  #add(callback: () => void, milliseconds: number, every?: number): FakeTimer {
    const timer = { due: this.#time + Math.max(0, milliseconds), order: this.#order++, every, callback };
    this.#pending.add(timer);
    return timer;
  }

  #rearm(timer: PendingTimer, every: number): void {
    // The same object, so that clearInterval still finds it.
    this.#pending.add(Object.assign(timer, { due: timer.due + every, order: this.#order++ }));
  }

  #next(until: number): PendingTimer | undefined {
    let first: PendingTimer | undefined;
    for (const timer of this.#pending) {
      if (timer.due > until) continue;
      if (!first || timer.due < first.due || (timer.due === first.due && timer.order < first.order)) first = timer;
    }
    return first;
  }
}

/** Lets promise callbacks run, chains of them included. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
