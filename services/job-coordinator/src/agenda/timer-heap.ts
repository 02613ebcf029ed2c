/** What is due when: a binary heap. Milliseconds since the epoch. */
export interface Due<T> {
  readonly at: number;
  readonly item: T;
}

export class TimerHeap<T> {
  private readonly heap: Due<T>[] = [];

  /** When the first item is due; undefined when there is none. */
  get next(): number | undefined {
    return this.heap[0]?.at;
  }

  push(at: number, item: T): void {
    const { heap } = this;
    const added = { at, item };
    let index = heap.push(added) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (heap[parent]!.at <= at) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = added;
  }

  /** Takes the first item when it is due at `now`. */
  popDue(now: number): T | undefined {
    const first = this.heap[0];
    if (!first || first.at > now) return undefined;
    const last = this.heap.pop()!;
    if (this.heap.length > 0) this.sink(last);
    return first.item;
  }

  private sink(moved: Due<T>): void {
    const { heap } = this;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]!.at < heap[child]!.at) child += 1;
      if (heap[child]!.at >= moved.at) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = moved;
  }
}
