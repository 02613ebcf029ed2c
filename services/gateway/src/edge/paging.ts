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
import type { QueryResult } from '@tidemark/read-model';
import { QueryShape } from './openapi/query-shape.js';

const DEFAULT_PER_PAGE = 50;

/** The requested part of a list. */
@QueryShape()
export class PageQuery {
  @WholeNumber({ min: 1, max: 1_000_000, default: 1, optional: true, description: 'From 1.' })
  readonly page?: number;

  @WholeNumber({ min: 1, max: 200, default: DEFAULT_PER_PAGE, optional: true })
  readonly perPage?: number;
}

@Shape()
export class Pagination {
  @WholeNumber({ min: 1, example: 1 })
  readonly page!: number;

  @WholeNumber({ min: 1, example: DEFAULT_PER_PAGE })
  readonly perPage!: number;

  @WholeNumber({ description: 'The number of entries in the whole list.' })
  readonly total!: number;
}

/** One page of a list. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly pagination: Pagination;
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

export const pageOf = ({ page = 1, perPage = DEFAULT_PER_PAGE }: PageQuery) => ({ page, perPage });

/** The documents of a page as callers see them. */
export function viewPage<D, T>(
  query: PageQuery,
  { data, total, asOf, degraded }: QueryResult<D>,
  describe: (document: D) => T,
): ViewPage<T> {
  return { data: data.map(describe), pagination: { ...pageOf(query), total }, asOf, ...degradedBy(degraded) };
}

/** @param reason why the result of a query is not complete or not current, if so */
export const degradedBy = (reason: string | undefined): Pick<ViewPage<unknown>, 'degraded' | 'degradedReason'> =>
  reason === undefined ? {} : { degraded: true, degradedReason: reason };
