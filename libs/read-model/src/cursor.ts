import type { Scalar } from './port.js';
import { isScalar, scalar, scalarTypes, type Order, type ScalarType, type Test, type Where } from './query.js';

/** The cursor is not one that a query of this sort returned. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
  readonly code = 'INVALID_CURSOR';

  constructor() {
    super('not a cursor of this list');
  }
}

/** The document's values in the order of the sort, in a form that callers do not interpret. */
export const encodeCursor = (order: Order, document: object): string =>
  Buffer.from(
    JSON.stringify(order.map(([field]) => scalar((document as { readonly [field: string]: unknown })[field]))),
  ).toString('base64url');

/** @throws InvalidCursor */
export function decodeCursor(order: Order, cursor: string): readonly Scalar[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(values) && values.length === order.length && values.every(isScalar)) return values;
  } catch {
    // not JSON
  }
  throw new InvalidCursor();
}

/** What follows these values in the list, as ranges in its order; each is served by the same index as the sort. */
export function rangesAfter(order: Order, values: readonly Scalar[]): Where[] {
  return order
    .flatMap((_, depth): Where[] => {
      const equal = order
        .slice(0, depth)
        .map(([field], at) => [field, { kind: 'equals', value: values[at]! }] as const);
      const [field, direction] = order[depth]!;
      const tests = beyond(values[depth]!, direction);
      // Ids are strings.
      return (field === 'id' ? tests.slice(0, 1) : tests).map((test) => [...equal, [field, test]] as const);
    })
    .toSorted((one, other) => other.length - one.length);
}

/** First the rest of the value's own type, then the other types that sort after it. */
function beyond(value: Scalar, direction: 'asc' | 'desc'): Test[] {
  const type = value === null ? 'null' : (typeof value as ScalarType);
  const at = scalarTypes.indexOf(type);
  const types = direction === 'asc' ? scalarTypes.slice(at + 1) : scalarTypes.slice(0, at);
  const others: Test[] = types.length > 0 ? [{ kind: 'types', types }] : [];
  if (value === null) return others;
  if (typeof value === 'boolean')
    return value === (direction === 'asc') ? others : [{ kind: 'equals', value: !value }, ...others];
  return [{ kind: 'range', bounds: [[direction === 'asc' ? 'gt' : 'lt', value]] }, ...others];
}
