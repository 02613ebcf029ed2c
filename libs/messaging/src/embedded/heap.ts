/** A binary heap of values by due time, the earliest on top. */
export class DueHeap<T> {
  private readonly due: number[] = [];
  private readonly values: T[] = [];

  get size(): number {
    return this.values.length;
  }

  /** The due time of the top; undefined when empty. */
  get next(): number | undefined {
    return this.due[0];
  }

  push(due: number, value: T): void {
    let i = this.values.length;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (this.due[parent]! <= due) break;
      this.place(i, this.due[parent]!, this.values[parent]!);
      i = parent;
    }
    this.place(i, due, value);
  }

  pop(): T | undefined {
    const top = this.values[0];
    const due = this.due.pop();
    const value = this.values.pop();
    if (this.values.length === 0 || due === undefined) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.values.length) break;
      if (child + 1 < this.values.length && this.due[child + 1]! < this.due[child]!) child++;
      if (this.due[child]! >= due) break;
      this.place(i, this.due[child]!, this.values[child]!);
      i = child;
    }
    this.place(i, due, value!);
    return top;
  }

  private place(i: number, due: number, value: T): void {
    this.due[i] = due;
    this.values[i] = value;
  }
}
