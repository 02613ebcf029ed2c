interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const LOOK_MS = 20;

/** Callers that wait until a position is reached. */
export class Waiters {
  #waiting: Waiter[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** @param current the current position: polled every 20 ms, since a log without events of interest notifies no waiter */
  constructor(private readonly current: () => number) {}

  until(position: number): Promise<void> {
    if (this.current() >= position) return Promise.resolve();
    this.#timer ??= setInterval(() => this.reached(this.current()), LOOK_MS);
    return new Promise((resolve, reject) => this.#waiting.push({ position, resolve, reject }));
  }

  reached(position: number): void {
    if (this.#waiting.length === 0) return;
    const done = this.#waiting.filter((waiter) => waiter.position <= position);
    this.#keep(this.#waiting.filter((waiter) => waiter.position > position));
    for (const { resolve } of done) resolve();
  }

  fail(error: Error): void {
    const failed = this.#waiting;
    this.#keep([]);
    for (const { reject } of failed) reject(error);
  }

  #keep(waiting: Waiter[]): void {
    this.#waiting = waiting;
    if (waiting.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
