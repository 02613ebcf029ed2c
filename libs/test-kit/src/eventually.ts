export interface EventuallyOptions {
  /** Milliseconds before it gives up. Default 10,000. */
  readonly timeout?: number;
  /** Milliseconds between two checks. Default 5. */
  readonly interval?: number;
}

/**
 * Resolves with the first value of `check` that is neither false nor undefined and does not throw.
 * @throws the last error of `check`, or an Error that names what was waited for
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  what = 'the condition to hold',
  options: EventuallyOptions = {},
): Promise<Exclude<T, false | undefined | void>> {
  const { timeout = 10_000, interval = 5 } = options;
  const deadline = Date.now() + timeout;
  for (;;) {
    let failure: unknown;
    try {
      const value = await check();
      if (value !== false && value !== undefined) return value as Exclude<T, false | undefined | void>;
    } catch (error) {
      failure = error;
    }
    if (Date.now() >= deadline) {
      const text = `waited ${timeout} ms for ${what}`;
      throw failure === undefined ? new Error(text) : new Error(`${text}: ${String(failure)}`, { cause: failure });
    }
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}

/** Like eventually, for a plain condition. */
export async function waitFor(
  condition: () => boolean | Promise<boolean>,
  what?: string,
  options?: EventuallyOptions,
): Promise<void> {
  await eventually(condition, what, options);
}

/** A promise with its resolve and reject outside: a signal that a test waits for. */
export function signal<T = void>(): PromiseWithResolvers<T> {
  return Promise.withResolvers<T>();
}
