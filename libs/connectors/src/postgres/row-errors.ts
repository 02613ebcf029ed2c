import type pg from 'pg';
import type { RowResult } from '@tidemark/connector-sdk';
import { trimEndOf } from '@tidemark/foundation';
import type { EncodedRow, Unit } from './batch-plan.js';
import { constraintOf, type Column, type Table } from './table.js';

/** Error codes of single rows, by SQLSTATE or its class. PostgreSQL 15, Appendix A. */
const CODES: Readonly<Record<string, string>> = {
  '22': 'INVALID_VALUE',
  '22001': 'VALUE_TOO_LONG',
  '22003': 'VALUE_OUT_OF_RANGE',
  '23': 'CONSTRAINT_VIOLATION',
  '23502': 'NOT_NULL_VIOLATION',
  '23503': 'FOREIGN_KEY_VIOLATION',
  '23505': 'UNIQUE_VIOLATION',
  '23514': 'CHECK_VIOLATION',
  '23P01': 'EXCLUSION_VIOLATION',
  '38': 'REFUSED_BY_TRIGGER',
  '39': 'REFUSED_BY_TRIGGER',
  '42501': 'ROW_SECURITY_VIOLATION',
  // Our statements are well-formed: some types report invalid text this way (tsvector, ltree).
  '42601': 'INVALID_VALUE',
  '428C9': 'GENERATED_COLUMN',
  '44': 'VIEW_CHECK_VIOLATION',
  '54': 'VALUE_TOO_LARGE',
  P0: 'REFUSED_BY_TRIGGER',
};

/** Two rows of one statement match the same stored row, though their keys are written differently. */
const TWICE_IN_STATEMENT = '21000';

/** Whether a statement failed because of the data of some rows, so that the others can still be written. */
export function isRowFault({ code = '', message }: pg.DatabaseError): boolean {
  if (code === '42501') return message.includes('row-level security');
  return code === TWICE_IN_STATEMENT || code in CODES || code.slice(0, 2) in CODES;
}

/** Whether the server could not parse a value, or it does not fit into its column. */
export const isValueFault = ({ code = '' }: pg.DatabaseError): boolean => code.startsWith('22') || code === '42601';

/** The result for the only row of a failed statement; `field`: the column at fault, if known. */
export function rowFault(
  { code: state = '', message, detail }: pg.DatabaseError,
  field: string | undefined,
): RowResult {
  return {
    status: 'failed',
    ...(field !== undefined && { field }),
    code: CODES[state] ?? CODES[state.slice(0, 2)] ?? 'REFUSED',
    message: detail && !detail.startsWith('Failing row contains') ? `${message}: ${detail}` : message,
    retryable: false,
  };
}

/** Most errors name a column or a constraint; those of a value's form only the type and the value. */
export function fieldAtFault(
  error: pg.DatabaseError,
  { columns }: Pick<Unit, 'columns'>,
  { values }: Pick<EncodedRow, 'values'>,
  table: Table,
): string | undefined {
  // prettier-ignore
  if (error.column !== undefined) return error.column;
  const ofConstraint = constraintOf(table, error.constraint)?.columns[0];
  if (ofConstraint !== undefined) return ofConstraint;
  // A constraint of another table, which refers to this one, names the columns of this one in its detail.
  const referred = /^Key \("?([^),"]+)/.exec(error.detail ?? '')?.[1];
  if (columns.some(({ name }) => name === referred)) return referred;
  const domain = columns.find(({ type }) => error.dataType !== undefined && lastPart(type) === error.dataType);
  if (domain) return domain.name;
  const suspects = columns
    .map((column, at) => ({ column, value: values[at]! }))
    .filter(({ column, value }) => value !== null && isSuspect(error, column, value));
  return suspects[0]?.column.name;
}

const lastPart = (type: string): string => type.split('.').at(-1)!.replaceAll('"', '');

function isSuspect({ code, message }: pg.DatabaseError, { type, fullType }: Column, value: string): boolean {
  const names = message.includes(type) || message.includes(fullType);
  const item = trimEndOf(fullType, '[]');
  if (code === '22001') return message.includes(item) && [...value].length > lengthOf(item);
  if (code === '22026') return message.includes(item);
  if (message.includes(`"${value}"`)) return names || code === '22008';
  if (code === '22003' && message.startsWith('numeric field overflow')) return overflows(fullType, value);
  if (code === '22021') return value.includes('\0');
  return code === '22P02' && names && (type === 'json' || type === 'jsonb');
}

const lengthOf = (type: string): number => Number(/\((\d+)\)/.exec(type)?.[1] ?? Infinity);

/** Whether a number has more digits before its point than `numeric(precision,scale)` holds. */
function overflows(type: string, value: string): boolean {
  const [, precision, scale] = /^numeric\((\d+),(-?\d+)\)$/.exec(type) ?? [];
  return precision !== undefined && Math.abs(Number(value)) >= 10 ** (Number(precision) - Number(scale)) - 0.5 * 10 ** -Number(scale); // prettier-ignore
}
