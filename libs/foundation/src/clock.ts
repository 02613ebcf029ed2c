/** The source of time for code that waits; tests pass one that they move themselves. */
export interface Clock {
  /** Milliseconds since the epoch; can be set forward and back while the process runs. */
  now(): number;
  /** Milliseconds since some moment; never set. Whether a suspend of the machine counts depends on the system. */
  elapsed(): number;
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

export interface SleepOptions {
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Resolves after a time; rejects with the signal's reason as soon as it is aborted. */
export const sleep = (milliseconds: number, { clock = systemClock, signal }: SleepOptions = {}): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = clock.setTimeout(resolve, milliseconds);
  return unlessAborted(promise, signal).finally(() => clock.clearTimeout(timer));
};

/** Settles as `work` does, but rejects with the signal's reason as soon as it is aborted. The work itself continues. */
export const unlessAborted = async <T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
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
};
