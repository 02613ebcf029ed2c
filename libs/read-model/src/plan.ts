import { decodeCursor, encodeCursor, rangesAfter } from './cursor.js';
import type { Query, QueryResult, ViewDefinition, ViewDocument } from './port.js';
import { checkField, conditions, withId, type Order, type Where } from './query.js';

/** A checked query: known fields, scalar values, valid paging. */
export interface Plan {
  readonly where: Where;
  /** The parts of the list to read, one after the other, until `limit` documents are found. */
  readonly parts: readonly Where[];
  /** Ends in the id. */
  readonly order: Order;
  readonly limit: number;
  readonly offset: number;
}

/** Beyond this many, the documents of a list are not counted. */
export const COUNTED = 10_000;

/** @throws TypeError naming the field · RangeError naming the number · InvalidCursor */
export function plan<D extends ViewDocument>(definition: ViewDefinition<D>, query: Query<D>): Plan {
  const { page = 1, perPage = 50, sort = [], after } = query;
  if (!Number.isSafeInteger(page) || page < 1) throw new RangeError(`page must be a whole number from 1, got ${page}`);
  if (!Number.isInteger(perPage) || perPage < 1 || perPage > 1000) {
    throw new RangeError(`perPage must be a whole number from 1 to 1000, got ${perPage}`);
  }
  if (sort.length > 2) throw new RangeError(`sort takes at most two fields, got ${sort.length}`);
  for (const [field, direction] of sort) {
    checkField(definition, field);
    if (direction !== 'asc' && direction !== 'desc') throw new TypeError(`sort by ${field}: expected asc or desc`);
  }
  const where = conditions(definition, query.where);
  const order = withId(sort);
  if (after === undefined) return { where, parts: [where], order, limit: perPage, offset: (page - 1) * perPage };
  if (query.page !== undefined) throw new TypeError('page cannot be given together with after');
  const parts = rangesAfter(order, decodeCursor(order, after)).map((range) => [...where, ...range]);
  return { where, parts, order, limit: perPage, offset: 0 };
}

/** One page of a list of which up to one document more than the page was read, and which was counted up to one more than `COUNTED`. */
export function pageOfList<D extends ViewDocument>(
  { sort = [], perPage = 50 }: Pick<Query<D>, 'sort' | 'perPage'>,
  documents: readonly D[],
  counted: number,
  about: Pick<QueryResult<D>, 'asOf' | 'degraded'>,
): QueryResult<D> {
  const data = documents.slice(0, perPage);
  const last = documents.length > perPage ? data.at(-1) : undefined;
  return {
    data,
    total: Math.min(counted, COUNTED),
    ...(counted > COUNTED && { totalIsExact: false as const }),
    ...(last && { next: encodeCursor(withId(sort), last) }),
    ...about,
  };
}
