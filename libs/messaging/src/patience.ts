import { sleep } from '@tidemark/foundation';
import { NoResponder, RemoteError } from './errors.js';
import type { RequestOptions } from './port.js';

const PAUSE_MS = 100;
/** The code of a server's reply to a request that it gave up when it stopped. */
export const SERVER_STOPPING = 'SERVER_STOPPING';

/** Repeats a request that no server has received, or that a stopping one gave up, for as long as its options allow. */
export async function withPatience<R>(
  { timeoutMs = 5_000, patienceMs = 0, repeatable = false }: RequestOptions,
  ask: (timeoutMs: number) => Promise<R>,
): Promise<R> {
  const began = performance.now();
  for (;;) {
    const spent = performance.now() - began;
    try {
      return await ask(Math.max(1, timeoutMs - spent));
    } catch (error) {
      const left = Math.min(patienceMs, timeoutMs) - (performance.now() - began);
      if (!mayRepeat(error, repeatable) || left <= PAUSE_MS) throw error;
      await sleep(PAUSE_MS);
    }
  }
}

const mayRepeat = (error: unknown, repeatable: boolean) =>
  error instanceof NoResponder || (repeatable && error instanceof RemoteError && error.code === SERVER_STOPPING);
