import type { Destination, RowResult, WriteBatch } from './destination.js';

export interface WriteBatchesOptions {
  /** Calls of `write` at once, at least 1; the manifest says how many its destination is made for. */
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
 * Writes batches, several at a time, and answers for each in the order in which they came. Rows of one key are written in
 * their order: a batch waits for those before it that have a key of its own. The first batch goes alone: what is wrong
 * with all of them is told once, with nothing else written.
 * @throws what `write` throws, once every batch under way has ended · what `batches` throws, once each has its answer
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
      while (flights.length >= most || flights.some((flight) => meet(flight.keys, keys))) {
        yield await landed(flights);
        most = concurrency;
      }
      const written = destination.write(batch, signal).then((results) => ({ batch, results }));
      written.catch(() => {}); // Told when its turn comes.
      flights.push({ keys, written });
    }
    while (flights.length > 0) yield await landed(flights);
    if (end.failure) throw end.failure.error;
  } finally {
    await Promise.allSettled(flights.map(({ written }) => written));
  }
}

interface End {
  failure?: { readonly error: unknown };
}

/** What could be read is written, and answered for, before anybody hears that there is no more. */
async function* upToFailure(batches: AsyncIterable<WriteBatch>, end: End): AsyncGenerator<WriteBatch> {
  try {
    yield* batches;
  } catch (error) {
    end.failure = { error };
  }
}

const landed = (flights: Flight[]): Promise<WrittenBatch> => flights.shift()!.written;

/** The keys of a batch's rows: a value is the same whether a file spells it as a number or as text. */
function keysOf({ mode, key, rows }: WriteBatch): ReadonlySet<string> {
  if (mode === 'append' || key.length === 0) return new Set();
  return new Set(rows.map(({ data }) => JSON.stringify(key.map((field) => spelled(data[field])))));
}

const spelled = (value: unknown): unknown => (typeof value === 'number' ? String(value) : value);

function meet(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const one of others) if (some.has(one)) return true;
  return false;
}
