import { ExternalError } from '@tidemark/resilience';
import type { Cursor } from '@tidemark/contracts';
import type { Page, ReadRequest, SourceRecord } from '../source.js';
import { openForTest } from './open-for-test.js';
import type { SecretsWatch } from './secrets.js';
import type { SourceSubject, SourceWorld } from './world.js';

export type ReaderRequest = Partial<Omit<ReadRequest, 'object' | 'signal'>> & { readonly signal?: AbortSignal };

export interface Reading {
  readonly pages: readonly Page[];
  readonly records: readonly SourceRecord[];
  /** Of the last page, after a round trip through a store. */
  readonly cursor: Cursor | null;
  /** Errors that ended attempts before the last one. */
  readonly errors: readonly ExternalError[];
}

/** A cursor's round trip through a store. */
export const stored = (cursor: Cursor): Cursor => JSON.parse(JSON.stringify(cursor)) as Cursor;

export const idsOf = (records: readonly SourceRecord[]): string[] => records.map(({ externalId }) => externalId).sort();

export interface ReaderOptions {
  /** Called with each page, before the next is requested. */
  readonly onPage?: (page: Page, index: number) => void | Promise<void>;
  /** Stops after this many pages, like a process killed there. */
  readonly pages?: number;
}

export type ReaderSubject = Pick<SourceSubject, 'connector' | 'object' | 'pageSize'>;

/** Reads one world as a runner would: every read opens a new connector, and cursors pass through JSON. */
export class Reader {
  readonly #subject: ReaderSubject;
  readonly #world: Pick<SourceWorld, 'connection'>;
  readonly #keep: SecretsWatch['keep'];

  constructor(
    subject: ReaderSubject,
    world: Pick<SourceWorld, 'connection'>,
    keep: SecretsWatch['keep'] = (value) => value,
  ) {
    this.#subject = subject;
    this.#world = world;
    this.#keep = keep;
  }

  get object(): string {
    const { object } = this.#subject;
    return typeof object === 'string' ? object : object.name;
  }

  /** One read, to its end or up to a number of pages. @throws the source's errors */
  async read(request: ReaderRequest = {}, { onPage, pages: limit = Infinity }: ReaderOptions = {}): Promise<Reading> {
    await using opened = await openForTest(this.#subject.connector, 'source', this.#world.connection);
    const pages: Page[] = [];
    const { pageSize = this.#subject.pageSize ?? 5, signal = new AbortController().signal, ...rest } = request;
    try {
      for await (const page of opened.source.read({ object: this.object, pageSize, signal, ...rest })) {
        pages.push(this.#keep(page));
        await onPage?.(page, pages.length - 1);
        if (pages.length >= limit) break;
      }
    } catch (error) {
      throw this.#keep(error);
    }
    return readingOf(pages);
  }

  /** Reads to the end; retryable errors are retried from the last page's cursor, as a runner does. */
  async readOn(request: ReaderRequest = {}, options: ReaderOptions = {}): Promise<Reading> {
    const pages: Page[] = [];
    const errors: ExternalError[] = [];
    for (;;) {
      const cursor = pages.length > 0 ? stored(pages.at(-1)!.cursor) : (request.cursor ?? null);
      const onPage = async (page: Page) => {
        pages.push(page);
        await options.onPage?.(page, pages.length - 1);
      };
      try {
        await this.read({ ...request, cursor }, { ...options, onPage });
        return { ...readingOf(pages), errors };
      } catch (error) {
        if (!(error instanceof ExternalError) || !error.retryable || errors.length >= 5) throw error;
        errors.push(error);
      }
    }
  }

  /** Reads page by page, each page as in a separate process. */
  async readInPieces(request: ReaderRequest = {}): Promise<Reading> {
    const pages: Page[] = [];
    let cursor = request.cursor ?? null;
    do {
      const piece = await this.read({ ...request, cursor }, { pages: 1 });
      if (piece.pages.length === 0) break;
      pages.push(...piece.pages);
      cursor = piece.cursor;
    } while (pages.at(-1)!.hasMore);
    return readingOf(pages);
  }

  /** The error of a read that must fail. */
  async failure(request: ReaderRequest = {}): Promise<unknown> {
    return this.read(request).then(
      ({ records }) => new Error(`the read ended with ${records.length} records`),
      (error: unknown) => error,
    );
  }
}

const readingOf = (pages: readonly Page[]): Reading => ({
  pages,
  records: pages.flatMap(({ records }) => records),
  cursor: pages.length > 0 ? stored(pages.at(-1)!.cursor) : null,
  errors: [],
});
