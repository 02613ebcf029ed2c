/** What code that waits needs of time. Milliseconds since the epoch. */
export interface Clock {
  now(): number;
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const systemClock: Clock = {
  now: Date.now,
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Resolves after a time; rejects with the signal's reason as soon as it is aborted. */
export function sleep(milliseconds: number, { clock, signal }: { clock: Clock; signal?: AbortSignal | undefined }) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.setTimeout(resolve, milliseconds);
  return unlessAborted(promise, signal).finally(() => clock.clearTimeout(timer));
}

/** Settles as `work` does, but rejects with the signal's reason as soon as it is aborted. The work itself goes on. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  const { promise: end, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    return await Promise.race([work, end]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
