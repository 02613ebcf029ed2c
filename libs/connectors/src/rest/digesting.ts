import { Worker } from 'node:worker_threads';
import type { Json } from '@tidemark/foundation';
import { Undecodable } from './decode-error.js';
import { digest, type Digest, type DigestOrder } from './digest.js';
import type { Piece } from './digest-thread.js';

/** Larger answers are digested in a thread: a megabyte takes some 10 ms. */
const LARGE = 1024 ** 2;
/** MiB for the objects of one answer. */
const MAX_HEAP = 1024;
/** Always the compiled file, also when this one runs from its source: a new thread knows nothing of TypeScript. */
const PROGRAM = new URL('../../dist/rest/digest-thread.js', import.meta.url);

let previous: Promise<unknown> = Promise.resolve();

/** Decodes an answer and evaluates expressions on it, large ones in a thread, one after another. @throws Undecodable · the signal's reason */
export async function digestAnswer(order: DigestOrder, signal: AbortSignal): Promise<Digest> {
  if (order.bytes.byteLength < LARGE) return digest(order);
  const turn = previous.then(() => inThread(order, signal));
  previous = turn.catch(() => {});
  return turn;
}

async function inThread(order: DigestOrder, signal: AbortSignal): Promise<Digest> {
  signal.throwIfAborted();
  const worker = new Worker(PROGRAM, {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP },
    execArgv: [],
    name: 'http-answer',
  });
  const done = Promise.withResolvers<Digest>();
  const list: Json[] = [];
  let answer: Digest | undefined;
  let pieces = 0;
  worker.on('message', (piece: Piece) => {
    if ('undecodable' in piece) return done.reject(new Undecodable(piece.undecodable));
    if ('digest' in piece) {
      answer = piece.digest;
      pieces = piece.pieces ?? 0;
      if (piece.pieces !== null) answer = { ...answer, found: [list, ...answer.found.slice(1)] };
    } else {
      for (const item of piece.list as readonly Json[]) list.push(item);
      pieces--;
    }
    if (pieces === 0) done.resolve(answer!);
  });
  worker.on('error', (error: NodeJS.ErrnoException) => {
    const memory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
    done.reject(memory ? new Undecodable(`needs more memory than the ${MAX_HEAP} MiB that it may use`) : error);
  });
  worker.on('exit', () => done.reject(new Error('the thread ended without an answer')));
  const abort = () => done.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await done.promise;
  } finally {
    signal.removeEventListener('abort', abort);
    void worker.terminate();
  }
}
