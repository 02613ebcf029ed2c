import { readBlob, type BlobId, type BlobStore } from '@tidemark/blob-store';
import type { Page, Source, SourceRecord } from '@tidemark/connector-sdk';
import type { Cursor, Pushed } from '@tidemark/contracts';

/** Objects that are fetched with one call of the source. */
const FETCHED_TOGETHER = 50;
/** Stands for all objects of the connection. */
const EVERYTHING = '*';

/** Names of the objects whose records were pushed with their data: the source need not know them. */
export const namesOfRecords = (pushed: readonly Pushed[] = []): readonly string[] => [
  ...new Set(pushed.flatMap(({ object, records }) => (records === undefined ? [] : [object]))),
];

/** Names of the objects of which something was pushed. */
export const pushedNames = (pushed: readonly Pushed[], offered: readonly string[]): readonly string[] =>
  pushed.some(({ object }) => object === EVERYTHING)
    ? offered
    : offered.filter((name) => pushed.some(({ object }) => object === name));

/** Whether it is known exactly what of the object was pushed, and the source can be asked for just that. */
export function isExact(object: string, pushed: readonly Pushed[], source: Pick<Source, 'fetch'>): boolean {
  const own = pushed.filter((one) => one.object === object || one.object === EVERYTHING);
  return own.every(({ externalId, records }) => records !== undefined || (externalId !== undefined && source.fetch));
}

export interface PushedReading {
  readonly object: string;
  readonly pushed: readonly Pushed[];
  readonly source: Source;
  readonly blobs: BlobStore;
  readonly cursor: Cursor | null;
  readonly signal: AbortSignal;
}

/** The pushed objects of one kind, in pages; the cursor counts the parts that were read. @throws ExternalError · BlobNotFound */
export async function* readPushed({ object, cursor, signal, ...from }: PushedReading): AsyncGenerator<Page> {
  const own = from.pushed.filter((one) => one.object === object);
  const ids = own.flatMap(({ externalId, records }) =>
    records === undefined && externalId !== undefined ? [externalId] : [],
  );
  const blobs = own.flatMap(({ records }) => records ?? []);
  const fetches = Array.from(
    { length: Math.ceil(ids.length / FETCHED_TOGETHER) },
    (_, at) => async () =>
      from.source.fetch!({ object, ids: ids.slice(at * FETCHED_TOGETHER, (at + 1) * FETCHED_TOGETHER), signal }),
  );
  const parts = [...fetches, ...blobs.map((blob) => () => storedRecords(from.blobs, blob as BlobId))];
  const first = typeof cursor?.['parts'] === 'number' ? cursor['parts'] : 0;
  for (let at = first; at < parts.length; at++) {
    signal.throwIfAborted();
    const { records, problems } = await parts[at]!();
    yield { records, problems, cursor: { parts: at + 1 }, hasMore: at + 1 < parts.length };
  }
}

/** Records that were pushed with their data, a line of JSON each. */
async function storedRecords(blobs: BlobStore, id: BlobId): Promise<Pick<Page, 'records' | 'problems'>> {
  const lines = (await readBlob(blobs, id)).toString('utf8').split('\n').filter(Boolean);
  return { records: lines.map((line) => JSON.parse(line) as SourceRecord), problems: [] };
}
