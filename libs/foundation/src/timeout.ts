/**
 * Settles as `work` does; when that takes longer than `milliseconds`, returns what `late` returns, or throws what it
 * throws. The work itself continues; its outcome is then ignored.
 */
export const withTimeout = async <T, L>(work: Promise<T>, milliseconds: number, late: () => L): Promise<T | L> => {
  const { promise: timeout, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  try {
    return await Promise.race([work, timeout.then(late)]);
  } finally {
    clearTimeout(timer);
  }
};
