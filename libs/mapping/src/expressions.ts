import { Worker } from 'node:worker_threads';
import type { JsonObject } from '@tidemark/foundation';
import type { Evaluated, ThreadData } from './expressions-thread.js';

/** Always the compiled file: a new thread knows nothing of TypeScript. */
const PROGRAM = new URL('../dist/expressions-thread.js', import.meta.url);
const MAX_HEAP_MB = 256;
const MAX_VALUE = 1_000_000;
/** An unused thread ends after this time. */
const IDLE_MS = 2000;
/** Milliseconds for one record. */
const RECORD_MS = 1000;
const START_MS = 10_000;
/** Records that took too long or too much memory: after so many, no other is tried. */
const MAX_FAILURES = 10;
/** Records that are sent at once. */
const CHUNK = 500;

const tooExpensive = (why: string): Evaluated => [{ why }];

/** Evaluates JMESPath expressions in a thread of their own, with limits of time and memory for each record. */
export class Expressions {
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;
  #failures = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly expressions: readonly string[]) {}

  /** The values for each record; of one that is too expensive, a single reason. Callers wait for each other. */
  evaluate(records: readonly JsonObject[]): Promise<readonly Evaluated[]> {
    const turn = this.#last.then(() => this.#evaluate(records));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #evaluate(records: readonly JsonObject[]): Promise<readonly Evaluated[]> {
    clearTimeout(this.#idle);
    const done: Evaluated[] = [];
    while (done.length < records.length) {
      if (this.#failures >= MAX_FAILURES) {
        done.push(
          tooExpensive(`it took too long or too much memory for ${MAX_FAILURES} records, and is not tried again`),
        );
        continue;
      }
      const wanted = Math.min(CHUNK, records.length - done.length);
      const { answers, failure } = await this.#ask(records.slice(done.length, done.length + wanted));
      done.push(...answers);
      if (failure === undefined) continue;
      this.#failures += 1;
      done.push(tooExpensive(failure));
    }
    this.#idle = setTimeout(() => this.#end(), IDLE_MS).unref();
    return done;
  }

  /** The answers up to the first record that fails, with the reason. */
  async #ask(
    records: readonly JsonObject[],
  ): Promise<{ readonly answers: readonly Evaluated[]; readonly failure?: string }> {
    const isNew = this.#worker === undefined;
    const worker = (this.#worker ??= this.#start());
    const answers: Evaluated[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
    let timer: NodeJS.Timeout | undefined;
    const wait = (milliseconds: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => resolve(`it took longer than ${RECORD_MS} ms`), milliseconds);
    };
    worker.on('message', (answer: Evaluated | 'ready') => {
      wait(RECORD_MS);
      if (answer === 'ready') return;
      answers.push(answer);
      if (answers.length === records.length) resolve(undefined);
    });
    worker.on('error', (error: NodeJS.ErrnoException) =>
      error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        ? resolve(`it needs more than the ${MAX_HEAP_MB} MiB that it may use`)
        : reject(error),
    );
    worker.on('exit', () => reject(new Error('the thread of expressions ended without an answer')));
    wait(isNew ? START_MS : RECORD_MS);
    worker.postMessage(records);
    try {
      const failure = await promise;
      if (failure === undefined) return { answers };
      this.#end();
      return { answers, failure };
    } catch (error) {
      this.#end();
      throw error;
    } finally {
      clearTimeout(timer);
      for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
      worker.on('error', () => {});
    }
  }

  #start(): Worker {
    const workerData: ThreadData = { expressions: this.expressions, maxValue: MAX_VALUE };
    const worker = new Worker(PROGRAM, {
      ...{ workerData, execArgv: [], name: 'mapping', resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB } },
    });
    worker.unref();
    return worker;
  }

  #end(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }
}
