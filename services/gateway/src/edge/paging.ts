import { ApiProperty } from '@nestjs/swagger';
import { WholeNumber } from './validation/fields.js';

const DEFAULT_PER_PAGE = 50;

/** Which part of a list is asked for. */
export class PageQuery {
  @WholeNumber({ min: 1, max: 1_000_000, default: 1, optional: true, description: 'From 1.' })
  page?: number;

  @WholeNumber({ min: 1, max: 200, default: DEFAULT_PER_PAGE, optional: true })
  perPage?: number;
}

export class Pagination {
  @ApiProperty({ type: 'integer', example: 1 })
  page!: number;

  @ApiProperty({ type: 'integer', example: DEFAULT_PER_PAGE })
  perPage!: number;

  @ApiProperty({ type: 'integer', description: 'Entries of the whole list.' })
  total!: number;
}

/** One page of a list. */
export interface Page<T> {
  readonly data: readonly T[];
  readonly pagination: Pagination;
}

/** One page of a list that comes from a view. */
export interface ViewPage<T> extends Page<T> {
  /** The log position up to which the list is true. */
  readonly asOf: number;
}

export const pageOf = ({ page = 1, perPage = DEFAULT_PER_PAGE }: PageQuery) => ({ page, perPage });

/** The documents of a page as callers see them. */
export function viewPage<D, T>(
  query: PageQuery,
  { data, total, asOf }: { readonly data: readonly D[]; readonly total: number; readonly asOf: number },
  describe: (document: D) => T,
): ViewPage<T> {
  return { data: data.map(describe), pagination: { ...pageOf(query), total }, asOf };
}
