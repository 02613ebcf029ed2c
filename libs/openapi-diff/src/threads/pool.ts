import { availableParallelism, totalmem } from 'node:os';
import { OutOfTimeError } from './limits.js';
import { sizeOf, type Order } from './order.js';
import { HEAVY_MS, Shares } from './shares.js';
import { COPIED, ThreadWorker } from './worker.js';

export interface ThreadOptions {
  /** Whose documents they are: a tenant has one thread at a time, and those that had least time lately are next. */
  readonly tenant?: string | undefined;
  /** Ends the thread within milliseconds; the call then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that the thread may work: of the processor where Node measures that. Default 60,000. */
  readonly withinMs?: number | undefined;
  /** Most memory for the thread's objects, in MiB. Default: a share of what the process may have, at most 1024. */
  readonly maxHeap?: number | undefined;
  /** Copies large inputs instead of handing them over. */
  readonly keepsInput?: boolean;
}

const MIB = 1024 * 1024;
const LANES = Math.max(2, Math.min(4, availableParallelism()));
const MEMORY = Math.min(totalmem(), process.constrainedMemory() || Infinity) / MIB;
const MAX_HEAP = Math.floor(Math.min(1024, MEMORY / 2 / LANES));
/** Threads beyond the lanes, for tenants that had little time lately while others fill the lanes. */
const SPARE = Math.min(4, Math.max(1, Math.floor((MEMORY * 0.75) / MAX_HEAP) - LANES));
/** Of those, threads for small documents only. */
const SMALL_SPARE = Math.ceil(SPARE / 2);
/** Bytes whose processing is expected to take a millisecond. */
const BYTES_A_MS = 1000;
/** Bytes that are processed at once while no thread takes longer than expected: each takes many times as much memory. */
const AT_ONCE = 32 * MIB;
const WITHIN_MS = 60_000;
/** Times the limit that may pass on a machine that is busy with other things. */
const MOST_WAITS = 5;
/** How long a thread without work stays, and how often those that wait are looked at again. */
const IDLE_MS = 10_000;
const LOOK_MS = 500;

interface Task {
  readonly tenant: string;
  readonly order: Order;
  /** Bytes of its input. */
  readonly size: number;
  readonly options: ThreadOptions;
  readonly done: PromiseWithResolvers<unknown>;
  startedAt: number;
}

/** Runs jobs in threads of this process, several at once, with a fair share for each tenant. */
class ThreadPool {
  /** One list a tenant. */
  readonly #waiting = new Map<string, Task[]>();
  readonly #running = new Map<string, Task>();
  readonly #shares = new Shares();
  readonly #idle = new Map<ThreadWorker, NodeJS.Timeout>();
  #look: NodeJS.Timeout | undefined;

  /** @throws ParseError · LimitExceeded · the signal's reason */
  async run(order: Order, options: ThreadOptions): Promise<unknown> {
    const { signal, tenant = '' } = options;
    signal?.throwIfAborted();
    const task: Task = {
      tenant,
      order,
      size: sizeOf(order.input),
      options,
      done: Promise.withResolvers(),
      startedAt: 0,
    };
    const abort = () => {
      this.#forget(task);
      task.done.reject(signal?.reason);
    };
    signal?.addEventListener('abort', abort);
    const queue = this.#waiting.get(tenant);
    if (queue) queue.push(task);
    else this.#waiting.set(tenant, [task]);
    this.#startNext();
    try {
      return await task.done.promise;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  #forget(task: Task): void {
    const left = (this.#waiting.get(task.tenant) ?? []).filter((other) => other !== task);
    if (left.length > 0) this.#waiting.set(task.tenant, left);
    else this.#waiting.delete(task.tenant);
  }

  #startNext(): void {
    for (let task = this.#next(); task; task = this.#next()) {
      this.#forget(task);
      this.#running.set(task.tenant, task);
      void this.#work(task);
    }
    clearTimeout(this.#look);
    if (this.#waiting.size > 0) this.#look = setTimeout(() => this.#startNext(), LOOK_MS);
  }

  /**
   * The task to start next, if a thread may: of the tenant that had least time lately, counting what is expected of the
   * task. Heavy tenants leave a lane to the others, which need not wait for heavy ones while there are spare threads.
   */
  #next(): Task | undefined {
    const now = performance.now();
    const cost = ({ tenant, size }: Task) => this.#shares.of(tenant, now) + size / BYTES_A_MS;
    const candidates = [...this.#waiting.values()]
      .map(([task]) => task!)
      .filter(({ tenant }) => !this.#running.has(tenant));
    const running = [...this.#running.values()];
    const light = running.filter((task) => !this.#isHeavy(task, now));
    const busy = light.reduce((sum, { size }) => sum + size, 0);
    const mayStart = ({ tenant, size }: Task): boolean => {
      if (busy > 0 && busy + size > AT_ONCE) return false;
      if (this.#shares.isHeavy(tenant, now)) return running.length < LANES && running.length - light.length < LANES - 1;
      const most = LANES + SPARE - (size > COPIED ? SMALL_SPARE : 0);
      return running.length < LANES || (light.length === 0 && running.length < most);
    };
    return candidates.sort((a, b) => cost(a) - cost(b)).find(mayStart);
  }

  /** Of a heavy tenant, or at work for longer than its size lets expect. */
  #isHeavy({ tenant, size, startedAt }: Task, now: number): boolean {
    return this.#shares.isHeavy(tenant, now) || now - startedAt >= Math.max(HEAVY_MS, size / BYTES_A_MS);
  }

  /** The next one begins when the thread is gone or free. */
  async #work(task: Task): Promise<void> {
    const { order, options, tenant, size, done } = task;
    const { signal, maxHeap, withinMs = WITHIN_MS, keepsInput = false } = options;
    task.startedAt = performance.now();
    const isSmall = size <= COPIED && maxHeap === undefined;
    const worker = this.#worker(maxHeap);
    const stopped = Promise.withResolvers<never>();
    const abort = () => stopped.reject(signal?.reason);
    signal?.addEventListener('abort', abort);
    let timer: NodeJS.Timeout;
    const look = async () => {
      const passed = performance.now() - task.startedAt;
      const left = withinMs - ((await worker.workedMs()) ?? passed);
      if (left <= 0 || passed >= MOST_WAITS * withinMs) stopped.reject(new OutOfTimeError(withinMs));
      else if (this.#running.get(tenant) === task) timer = setTimeout(() => void look(), left);
    };
    timer = setTimeout(() => void look(), withinMs);
    let answered = false;
    try {
      done.resolve(await Promise.race([worker.run(order, keepsInput), stopped.promise]));
      answered = true;
    } catch (error) {
      done.reject(error);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      // A large document leaves its memory behind; what failed may have left anything.
      if (answered && isSmall) this.#keep(worker);
      else await worker.end();
      const now = performance.now();
      this.#shares.add(tenant, worker.usedMs ?? now - task.startedAt, now);
      this.#running.delete(tenant);
      this.#startNext();
    }
  }

  #worker(maxHeap: number | undefined): ThreadWorker {
    const [kept] = this.#idle.keys();
    if (!kept || maxHeap !== undefined) return new ThreadWorker(maxHeap ?? MAX_HEAP);
    clearTimeout(this.#idle.get(kept));
    this.#idle.delete(kept);
    return kept;
  }

  #keep(worker: ThreadWorker): void {
    worker.rest();
    const timer = setTimeout(() => {
      this.#idle.delete(worker);
      void worker.end();
    }, IDLE_MS);
    timer.unref();
    this.#idle.set(worker, timer);
  }
}

export const pool = new ThreadPool();
