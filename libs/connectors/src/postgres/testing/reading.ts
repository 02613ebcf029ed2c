import type { Cursor } from '@tidemark/contracts';
import type { ExternalError } from '@tidemark/resilience';
import type { Page, ReadRequest, RecordProblem, Source, SourceRecord } from '@tidemark/connector-sdk';

export type Request = Partial<ReadRequest>;

export interface Reading {
  readonly pages: readonly Page[];
  readonly records: readonly SourceRecord[];
  readonly problems: readonly RecordProblem[];
}

/** A number of pages of the object `model`, after a round trip through a store. */
export async function pagesOf(source: Source, request: Request = {}, limit = Infinity): Promise<Page[]> {
  const pages: Page[] = [];
  const { signal } = new AbortController();
  for await (const page of source.read({ object: 'model', signal, ...request })) {
    pages.push(JSON.parse(JSON.stringify(page)) as Page);
    if (pages.length >= limit) break;
  }
  return pages;
}

export const readAll = async (source: Source, request?: Request): Promise<Reading> =>
  readingOf(await pagesOf(source, request));

/** Every page by a separate source and read, from the previous cursor. */
export async function readInPieces(open: () => Source, request: Request = {}): Promise<Reading> {
  const pages: Page[] = [];
  let cursor: Cursor | null = null;
  do {
    const [page] = await pagesOf(open(), { ...request, cursor }, 1);
    pages.push(page!);
    cursor = page!.cursor;
  } while (pages.at(-1)!.hasMore);
  return readingOf(pages);
}

const readingOf = (pages: readonly Page[]): Reading => ({
  pages,
  records: pages.flatMap(({ records }) => records),
  problems: pages.flatMap(({ problems }) => problems),
});

/** The error of a read that must fail. */
export const failure = (source: Source, request?: Request): Promise<ExternalError> =>
  pagesOf(source, request).then(
    (): never => {
      throw new Error('the read ended');
    },
    (error: ExternalError) => error,
  );

/** External ids, in order. */
export const ids = (records: readonly SourceRecord[]): string[] => records.map(({ externalId }) => externalId);
