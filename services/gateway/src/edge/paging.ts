import { invalid, problem } from '@tidemark/contracts';
import {
  Field,
  Flag,
  ListOf,
  Nested,
  Shape,
  Text,
  WholeNumber,
  wholeNumber,
  type ShapeClass,
} from '@tidemark/contracts/fields';
import { QueryShape } from './openapi/query-shape.js';

const DEFAULT_PER_PAGE = 50;

/** The requested part of a list. */
@QueryShape()
export class PageQuery {
  @WholeNumber({ min: 1, max: 1_000_000, default: 1, optional: true, description: 'From 1.' })
  readonly page?: number;

  @WholeNumber({ min: 1, max: 200, default: DEFAULT_PER_PAGE, optional: true })
  readonly perPage?: number;

  @Text({
    max: 2000,
    optional: true,
    description:
      'The `next` of the page before, in place of `page`: continues right after it, so that entries which are added ' +
      'meanwhile neither repeat nor hide others.',
  })
  readonly cursor?: string;
}

@Shape()
export class Pagination {
  @WholeNumber({ min: 1, optional: true, example: 1, description: 'Absent when a `cursor` was given.' })
  readonly page?: number;

  @WholeNumber({ min: 1, example: DEFAULT_PER_PAGE })
  readonly perPage!: number;

  @WholeNumber({ description: 'The number of entries in the whole list, counted up to 10,000.' })
  readonly total!: number;

  @Flag({ optional: true, description: 'False when there are more entries than `total`; absent otherwise.' })
  readonly totalIsExact?: boolean;
}

/** One page of a list. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly pagination: Pagination;
  readonly next?: string;
}

/** One page of a list that is read from a view. */
export interface ViewPage<T> extends Page<T> {
  /** The log position that the list reflects. */
  readonly asOf: number;
  /** True: it is not complete or not current, for the reason. */
  readonly degraded?: boolean;
  readonly degradedReason?: string;
}

/** A class to extend: one page of a list of these. */
export function PageShape<T extends object>(item: ShapeClass<T>) {
  abstract class Listed implements Page<T> {
    @ListOf(() => item)
    readonly data!: readonly T[];

    @Nested(() => Pagination)
    readonly pagination!: Pagination;

    @Text({ optional: true, description: 'The `cursor` of the next page; absent on the last one.' })
    readonly next?: string;
  }
  return Listed;
}

/** A class to extend: one page of a list that comes from a view. */
export function ViewPageShape<T extends object>(item: ShapeClass<T>) {
  abstract class Viewed extends PageShape(item) implements ViewPage<T> {
    @AsOf()
    readonly asOf!: number;

    @Flag({ optional: true, description: 'True when the list is not complete or not current.' })
    readonly degraded?: boolean;

    @Text({ optional: true, description: 'Why.', example: 'the view is being built from the log' })
    readonly degradedReason?: string;
  }
  return Viewed;
}

/** A position in the log; -1 before its first event. */
export const AsOf = () => Field(wholeNumber({ min: -1 }), { description: 'The log position that this reflects.' });

/** The part of a view's query that selects the page. @throws TidemarkError VALIDATION_FAILED when page and cursor are given */
export function partOf({ page, perPage = DEFAULT_PER_PAGE, cursor }: PageQuery) {
  if (cursor === undefined) return { page: page ?? 1, perPage };
  if (page !== undefined) throw invalid([problem('page', 'cannot be given together with `cursor`')]);
  return { perPage, after: cursor };
}

/** A page of a view, or of a service that reads one. */
interface Found<D> {
  readonly data: readonly D[];
  readonly total: number;
  readonly totalIsExact?: boolean;
  readonly next?: string;
  readonly asOf: number;
  /** Why it is not complete or not current, if so. */
  readonly degraded?: string;
}

/** The documents of a page as callers see them. */
export function viewPage<D, T>(query: PageQuery, found: Found<D>, describe: (document: D) => T): ViewPage<T> {
  const { total, totalIsExact = true, next, asOf, degraded } = found;
  const { page = 1, perPage = DEFAULT_PER_PAGE, cursor } = query;
  const part = { ...(cursor === undefined && { page }), perPage };
  return {
    data: found.data.map(describe),
    pagination: { ...part, total, ...(!totalIsExact && { totalIsExact }) },
    ...(next !== undefined && { next }),
    asOf,
    ...degradedBy(degraded),
  };
}

/**
 * The page of a list whose entries never move: its cursors are page numbers.
 * @throws TidemarkError VALIDATION_FAILED when page and cursor are given, or the cursor is of another page size
 */
export function pageOf(query: PageQuery): { readonly page: number; readonly perPage: number } {
  const { perPage = DEFAULT_PER_PAGE, cursor } = query;
  if (cursor === undefined) return { page: query.page ?? 1, perPage };
  partOf(query);
  const [, offset] = /^o(\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (offset === undefined) throw invalid([problem('cursor', CURSOR)]);
  if (Number(offset) % perPage !== 0) throw invalid([problem('perPage', 'must be that of the page before')]);
  return { page: Number(offset) / perPage + 1, perPage };
}

/** One page of such a list. */
export function fixedPage<T>(query: PageQuery, { data, total }: Pick<Found<T>, 'data' | 'total'>): Page<T> {
  const { page, perPage } = pageOf(query);
  const offset = page * perPage;
  return {
    data,
    pagination: { ...(query.cursor === undefined && { page }), perPage, total },
    ...(offset < total && data.length > 0 && { next: Buffer.from(`o${offset}`).toString('base64url') }),
  };
}

/** @param reason why the result of a query is not complete or not current, if so */
const degradedBy = (reason: string | undefined): Pick<ViewPage<unknown>, 'degraded' | 'degradedReason'> =>
  reason === undefined ? {} : { degraded: true, degradedReason: reason };

const CURSOR = 'must be the `next` of a page of this list';
