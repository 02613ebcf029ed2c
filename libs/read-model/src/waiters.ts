interface Waiter {
  readonly position: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Those who wait until a position is reached. */
export class Waiters {
  #waiting: Waiter[] = [];

  until(position: number): Promise<void> {
    return new Promise((resolve, reject) => this.#waiting.push({ position, resolve, reject }));
  }

  reached(position: number): void {
    if (this.#waiting.length === 0) return;
    const done = this.#waiting.filter((waiter) => waiter.position <= position);
    this.#waiting = this.#waiting.filter((waiter) => waiter.position > position);
    for (const { resolve } of done) resolve();
  }

  fail(error: Error): void {
    const failed = this.#waiting;
    this.#waiting = [];
    for (const { reject } of failed) reject(error);
  }
}
