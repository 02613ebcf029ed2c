/** Jobs before another: the first of them, and how many there are in all. */
export interface Ahead {
  readonly first: readonly string[];
  readonly count: number;
}

/**
 * The jobs of one tenant that wait for a slot: a queue per lane, served round-robin. A queue whose job
 * got a slot goes to the back.
 */
export class FairQueue {
  /** By lane; the map's order is the order of turns. */
  readonly #queues = new Map<string, Set<string>>();

  get isEmpty(): boolean {
    return this.#queues.size === 0;
  }

  /** Puts a job at the end of its lane's queue, or at its front. A job that is queued already stays where it is. */
  add(lane: string, jobId: string, front = false): void {
    const queue = this.#queues.get(lane);
    if (!queue) this.#queues.set(lane, new Set([jobId]));
    else if (front && !queue.has(jobId)) this.#queues.set(lane, new Set([jobId, ...queue]));
    else queue.add(jobId);
  }

  /** Removes a job from any position. */
  remove(lane: string, jobId: string): void {
    const queue = this.#queues.get(lane);
    if (queue?.delete(jobId) && queue.size === 0) this.#queues.delete(lane);
  }

  /** Removes a job that got a slot; its lane goes to the back of the order of turns. */
  served(lane: string, jobId: string): void {
    const queue = this.#queues.get(lane);
    if (!queue?.delete(jobId)) return;
    this.#queues.delete(lane);
    if (queue.size > 0) this.#queues.set(lane, queue);
  }

  /** The lanes whose jobs wait, in the order of turns. */
  lanes(): IterableIterator<string> {
    return this.#queues.keys();
  }

  /** The first job of the lane's queue. */
  headOf(lane: string): string | undefined {
    return this.#queues.get(lane)?.values().next().value;
  }

  /** The first jobs before this one in its lane's queue, and how many there are; all of the queue when it is not in it. */
  ahead(lane: string, jobId: string, most: number): Ahead {
    const first: string[] = [];
    let count = 0;
    for (const id of this.#queues.get(lane) ?? []) {
      if (id === jobId) break;
      if (first.length < most) first.push(id);
      count += 1;
    }
    return { first, count };
  }
}
