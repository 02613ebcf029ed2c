/** Jobs before another: the first of them, and how many there are in all. */
export interface Ahead {
  readonly first: readonly string[];
  readonly count: number;
}

/**
 * The jobs of one tenant that wait for a slot: a queue per connection, served round-robin. A queue whose job
 * got a slot goes to the back.
 */
export class FairQueue {
  /** By connection; the map's order is the order of turns. */
  readonly #queues = new Map<string, Set<string>>();

  get isEmpty(): boolean {
    return this.#queues.size === 0;
  }

  /** Puts a job at the end of its connection's queue, or at its front. A job that is queued already stays where it is. */
  add(connectionId: string, jobId: string, front = false): void {
    const queue = this.#queues.get(connectionId);
    if (!queue) this.#queues.set(connectionId, new Set([jobId]));
    else if (front && !queue.has(jobId)) this.#queues.set(connectionId, new Set([jobId, ...queue]));
    else queue.add(jobId);
  }

  /** Removes a job from any position. */
  remove(connectionId: string, jobId: string): void {
    const queue = this.#queues.get(connectionId);
    if (queue?.delete(jobId) && queue.size === 0) this.#queues.delete(connectionId);
  }

  /** Removes a job that got a slot; its connection goes to the back of the order of turns. */
  served(connectionId: string, jobId: string): void {
    const queue = this.#queues.get(connectionId);
    if (!queue?.delete(jobId)) return;
    this.#queues.delete(connectionId);
    if (queue.size > 0) this.#queues.set(connectionId, queue);
  }

  /** The connections whose jobs wait, in the order of turns. */
  connections(): IterableIterator<string> {
    return this.#queues.keys();
  }

  /** The first job of the connection's queue. */
  headOf(connectionId: string): string | undefined {
    return this.#queues.get(connectionId)?.values().next().value;
  }

  /** The first jobs before this one in its connection's queue, and how many there are; all of the queue when it is not in it. */
  ahead(connectionId: string, jobId: string, most: number): Ahead {
    const first: string[] = [];
    let count = 0;
    for (const id of this.#queues.get(connectionId) ?? []) {
      if (id === jobId) break;
      if (first.length < most) first.push(id);
      count += 1;
    }
    return { first, count };
  }
}
