import { Worker } from 'node:worker_threads';
import { ParseError } from '../parse/parse-error.js';
import { LimitExceeded, OutOfMemoryError } from './limits.js';
import { ownBuffers, type Answer, type Order } from './order.js';

/** Always the compiled file, also when this one runs from its source: a new thread knows nothing of TypeScript. */
const PROGRAM = new URL('../../dist/threads/thread.js', import.meta.url);

/** MiB. Left to itself it grows to a multiple, and is no faster for it. */
const YOUNG_HEAP = 16;

/** Bytes up to which an input is copied: its caller may use it again. */
export const COPIED = 512 * 1024;

/** A thread that does one job at a time. */
export class ThreadWorker {
  readonly #worker: Worker;
  readonly #maxHeap: number;
  #current: PromiseWithResolvers<unknown> | undefined;

  constructor(maxHeap: number) {
    this.#maxHeap = maxHeap;
    this.#worker = new Worker(PROGRAM, {
      resourceLimits: { maxOldGenerationSizeMb: maxHeap, maxYoungGenerationSizeMb: YOUNG_HEAP },
      // What the process was started with, such as instrumentation, is not for a thread that only computes.
      execArgv: [],
      name: 'openapi-diff',
    });
    this.#worker.on('message', (answer: Answer) => this.#answered(answer));
    this.#worker.on('error', (error: NodeJS.ErrnoException) => {
      const isMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.#current?.reject(isMemory ? new OutOfMemoryError(this.#maxHeap, { cause: error }) : error);
    });
    this.#worker.on('exit', () => this.#current?.reject(new Error('the thread ended without an answer')));
  }

  /** Milliseconds that the last job took; undefined when it did not end. */
  usedMs: number | undefined;

  /** @throws ParseError · LimitExceeded */
  run(order: Order, keepsInput: boolean): Promise<unknown> {
    this.usedMs = undefined;
    this.#current = Promise.withResolvers();
    this.#worker.ref();
    this.#worker.postMessage(order, keepsInput ? [] : order.input.flatMap((value) => ownBuffers(value, COPIED)));
    return this.#current.promise;
  }

  /** Lets the process end while it waits for work. */
  rest(): void {
    this.#current = undefined;
    this.#worker.unref();
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #answered(answer: Answer): void {
    this.usedMs = answer.ms;
    if ('result' in answer) return this.#current?.resolve(answer.result);
    if ('tooLarge' in answer) return this.#current?.reject(new LimitExceeded('SOURCE_INVALID', answer.tooLarge));
    const { reason, line, column, source } = answer.fault;
    this.#current?.reject(new ParseError(reason, line, column, source));
  }
}
