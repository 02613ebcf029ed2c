import { totalmem } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ParseError } from '../parse/parse-error.js';
import type { Jobs } from './jobs.js';

export interface ThreadOptions {
  /** Ends the thread within milliseconds; the call then fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Most memory for the thread's objects, in MiB. Default: half of what the process may have, at most 1024. */
  readonly maxHeap?: number | undefined;
}

/** What a thread is started with. */
export interface Order {
  readonly job: keyof Jobs;
  readonly input: unknown[];
}

/** What it answers, once. */
export type Answer = { result: unknown } | { fault: Pick<ParseError, 'reason' | 'line' | 'column' | 'source'> };

/** The documents need more memory than a thread may have. Trying again would end in the same way. */
export class OutOfMemoryError extends Error {
  override readonly name = 'OutOfMemoryError';
  readonly code = 'OUT_OF_MEMORY';
  readonly retryable = false;
}

const MIB = 1024 * 1024;
const MAX_HEAP = Math.min(1024, Math.floor(Math.min(totalmem(), process.constrainedMemory() || Infinity) / 2 / MIB));

/** MiB. Left to itself it grows to a multiple, and is no faster for it. */
const YOUNG_HEAP = 16;

/** Always the compiled file, also when this one runs from its source: a new thread knows nothing of TypeScript. */
const PROGRAM = new URL('../../dist/threads/thread.js', import.meta.url);

let lastTurn: Promise<unknown> = Promise.resolve();

/**
 * Does a job in a thread of its own, which ends with it and leaves no memory behind. One job at a time in this process:
 * each may need a few hundred MiB. The others wait in line.
 * @throws OutOfMemoryError · ParseError · the signal's reason
 */
export const inThread = async <Name extends keyof Jobs>(
  job: Name,
  input: Parameters<Jobs[Name]>,
  { signal, maxHeap = MAX_HEAP }: ThreadOptions = {},
): Promise<ReturnType<Jobs[Name]>> => {
  signal?.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal?.reason);
  signal?.addEventListener('abort', abort);
  const turn = Promise.withResolvers<void>();
  const others = lastTurn;
  lastTurn = others.then(() => turn.promise);
  try {
    await Promise.race([others, aborted.promise]);
    return (await answered({ job, input }, maxHeap, aborted.promise)) as ReturnType<Jobs[Name]>;
  } finally {
    signal?.removeEventListener('abort', abort);
    turn.resolve();
  }
};

/** The next in line begins when the thread is gone. */
const answered = async (order: Order, maxHeap: number, aborted: Promise<never>): Promise<unknown> => {
  const worker = new Worker(PROGRAM, {
    workerData: order,
    transferList: order.input.flatMap(ownBuffer),
    resourceLimits: { maxOldGenerationSizeMb: maxHeap, maxYoungGenerationSizeMb: YOUNG_HEAP },
    // What the process was started with, such as instrumentation, is not for a thread that only reckons.
    execArgv: [],
    name: `openapi-diff ${order.job}`,
  });
  try {
    return await Promise.race([answerOf(worker), aborted]);
  } finally {
    await worker.terminate();
  }
};

/** Bytes that have a buffer to themselves are handed over, not copied. */
const ownBuffer = (input: unknown): ArrayBuffer[] => {
  if (!(input instanceof Uint8Array) || input.byteLength !== input.buffer.byteLength) return [];
  return input.buffer instanceof ArrayBuffer ? [input.buffer] : [];
};

const answerOf = (worker: Worker): Promise<unknown> =>
  new Promise((resolve, reject) => {
    worker.once('message', (answer: Answer) => {
      if ('result' in answer) return resolve(answer.result);
      const { reason, line, column, source } = answer.fault;
      reject(new ParseError(reason, line, column, source));
    });
    worker.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? new OutOfMemoryError('the documents need more memory than there is for them', { cause: error })
          : error,
      ),
    );
    worker.once('exit', () => reject(new Error('the thread ended without an answer')));
  });
