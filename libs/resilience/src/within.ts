export type WhyEnded = 'timeout' | 'aborted';

/**
 * Settles as `work` does, unless `signal` is aborted or `ms` pass first; then rejects at once with what `ended` answers.
 * The work itself goes on: whoever started it stops it.
 */
export async function within<T>(
  work: Promise<T>,
  { ms, signal }: { readonly ms?: number; readonly signal?: AbortSignal | undefined },
  ended: (why: WhyEnded) => Error,
): Promise<T> {
  const { promise: end, reject } = Promise.withResolvers<never>();
  const abort = () => reject(ended('aborted'));
  const timer = ms === undefined ? undefined : setTimeout(() => reject(ended('timeout')), ms);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  try {
    return await Promise.race([work, end]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
