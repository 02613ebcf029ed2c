import type { Destination, RowResult, WriteBatch } from './destination.js';

export interface WriteBatchesOptions {
  /** Concurrent calls of `write`, at least 1; the manifest has the destination's limit. */
  readonly concurrency: number;
  readonly signal: AbortSignal;
}

export interface WrittenBatch {
  readonly batch: WriteBatch;
  readonly results: readonly RowResult[];
}

interface Flight {
  readonly keys: ReadonlySet<string>;
  readonly written: Promise<WrittenBatch>;
}

/**
 * Writes batches concurrently and returns their results in order. Rows with the same key are written in order: a batch waits for
 * earlier ones that share a key with it. The first batch is written alone, so that a problem common to all batches is
 * reported once, with nothing else written.
 * @throws what `write` throws, once the batches in flight have ended · what `batches` throws, after all results
 */
export async function* writeBatches(
  destination: Pick<Destination, 'write'>,
  batches: AsyncIterable<WriteBatch>,
  { concurrency, signal }: WriteBatchesOptions,
): AsyncGenerator<WrittenBatch> {
  const flights: Flight[] = [];
  const end: End = {};
  let most = 1;
  try {
    for await (const batch of upToFailure(batches, end)) {
      const keys = keysOf(batch);
      while (flights.length >= most || flights.some((flight) => overlaps(flight.keys, keys))) {
        yield await nextFinished(flights);
        most = concurrency;
      }
      const written = destination.write(batch, signal).then((results) => ({ batch, results }));
      written.catch(() => {}); // Reported in its turn.
      flights.push({ keys, written });
    }
    while (flights.length > 0) yield await nextFinished(flights);
    if (end.failure) throw end.failure.error;
  } finally {
    await Promise.allSettled(flights.map(({ written }) => written));
  }
}

interface End {
  failure?: { readonly error: unknown };
}

/** Batches read so far are written, and their results returned, before an error of the input is thrown. */
async function* upToFailure(batches: AsyncIterable<WriteBatch>, end: End): AsyncGenerator<WriteBatch> {
  try {
    yield* batches;
  } catch (error) {
    end.failure = { error };
  }
}

const nextFinished = (flights: Flight[]): Promise<WrittenBatch> => flights.shift()!.written;

/** The keys of a batch's rows. Numbers and their text are the same key: files do not always distinguish them. */
function keysOf({ mode, key, rows }: WriteBatch): ReadonlySet<string> {
  if (mode === 'append' || key.length === 0) return new Set();
  return new Set(rows.map(({ data }) => JSON.stringify(key.map((field) => keyText(data[field])))));
}

const keyText = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value);

function overlaps(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const one of others) if (some.has(one)) return true;
  return false;
}
