/** A priority queue of values by due time (any unit), the earliest first: a binary heap. */
export class DueHeap<T> {
  // Two arrays of plain values instead of one of objects: a push allocates nothing.
  readonly #due: number[] = [];
  readonly #values: T[] = [];

  /** The due time of the first value; undefined when there is none. */
  get next(): number | undefined {
    return this.#due[0];
  }

  push(due: number, value: T): void {
    let index = this.#values.length;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#due[parent]! <= due) break;
      this.#set(index, this.#due[parent]!, this.#values[parent]!);
      index = parent;
    }
    this.#set(index, due, value);
  }

  /** Removes and returns the first value, when it is due at `now`. */
  popDue(now: number): T | undefined {
    const first = this.#due[0];
    if (first === undefined || first > now) return undefined;
    const value = this.#values[0];
    const due = this.#due.pop()!;
    const last = this.#values.pop()!;
    if (this.#values.length > 0) this.#sink(due, last);
    return value;
  }

  #sink(due: number, value: T): void {
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= this.#values.length) break;
      if (child + 1 < this.#values.length && this.#due[child + 1]! < this.#due[child]!) child += 1;
      if (this.#due[child]! >= due) break;
      this.#set(index, this.#due[child]!, this.#values[child]!);
      index = child;
    }
    this.#set(index, due, value);
  }

  #set(index: number, due: number, value: T): void {
    this.#due[index] = due;
    this.#values[index] = value;
  }
}
