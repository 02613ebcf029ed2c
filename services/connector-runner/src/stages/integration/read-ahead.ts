/** The same items, the next one being read while the consumer handles this one. Ends the iteration when it is left. */
export async function* readAhead<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]();
  const next = () => {
    const promise = iterator.next();
    promise.catch(() => {}); // Reported in its turn.
    return promise;
  };
  let ahead = next();
  try {
    for (;;) {
      const { done, value } = await ahead;
      if (done) return;
      ahead = next();
      yield value;
    }
  } finally {
    await iterator.return?.();
  }
}
