import type pg from 'pg';
import type { RowResult } from '@tidemark/connector-sdk';
import type { Unit } from './batch-plan.js';
import { constraintOf, type Table } from './table.js';

type Failed = Extract<RowResult, { status: 'failed' }>;

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
  '42501': 'ROW_SECURITY_VIOLATION',
  // Some types report invalid text this way (tsvector, ltree).
  '42601': 'INVALID_VALUE',
  '428C9': 'GENERATED_COLUMN',
  '44': 'VIEW_CHECK_VIOLATION',
  '54': 'VALUE_TOO_LARGE',
};

/** Connection, session state, login, conflicts with others, privileges, resources: nothing that a row can cause. */
const OF_THE_BATCH = new Set(['08', '25', '26', '28', '34', '3D', '40', '42501', '53', '55P02', '55P03', '57', '58', '72', 'F0', 'HV00N', 'XX001', 'XX002']); // prettier-ignore

/** A trigger that raises an error may give it any SQLSTATE. */
export const isRaised = ({ routine }: pg.DatabaseError): boolean => routine === 'exec_stmt_raise';

/** Whether a statement may have failed because of the data of some rows, so that the others can still be written. */
export function isRowFault(error: pg.DatabaseError): boolean {
  const { code = '', message, where = '' } = error;
  if (isRaised(error) || (code === '42501' && message.includes('row-level security'))) return true;
  // A trigger that begins or ends a transaction, on some rows, leaves that of the batch as it is.
  if (code.startsWith('25')) return where !== '' && code !== '25P02' && code !== '25P03' && code !== '25006';
  return !OF_THE_BATCH.has(code) && !OF_THE_BATCH.has(code.slice(0, 2));
}

/** Whether another row of the batch may remove the reason. */
export const mayPass = ({ code }: pg.DatabaseError): boolean =>
  code === '23505' || code === '23503' || code === '23P01';

/** The result for the only row of a failed statement; `field`: the column at fault, if known. */
export function rowFault(error: pg.DatabaseError, field: string | undefined): Failed {
  const { code: state = '', message, detail, where = '' } = error;
  // What no code describes was reported by the table's own code.
  const known = isRaised(error) ? undefined : (CODES[state] ?? CODES[state.slice(0, 2)]);
  const code = known ?? (isRaised(error) || where.includes('function') || /^(38|39|P0)/.test(state) ? 'REFUSED_BY_TRIGGER' : 'REFUSED'); // prettier-ignore
  return {
    status: 'failed',
    ...(field !== undefined && { field }),
    code,
    message: detail && !detail.startsWith('Failing row contains') ? `${message}: ${detail}` : message,
    retryable: false,
  };
}

/** Most errors name a column or a constraint. */
export function fieldAtFault(
  { column, constraint, detail }: pg.DatabaseError,
  { columns }: Pick<Unit, 'columns'>,
  table: Table,
): string | undefined {
  if (column !== undefined) return column;
  const ofConstraint = constraintOf(table, constraint)?.columns[0];
  if (ofConstraint !== undefined) return ofConstraint;
  // A constraint of another table, which refers to this one, names the columns of this one in its detail.
  const referred = /^Key \("?([^),"]+)/.exec(detail ?? '')?.[1];
  return columns.some(({ name }) => name === referred) ? referred : undefined;
}

/** The line (from 1) and the place of the column at which a COPY failed, in any language of messages. */
export function placeOfCopyError({
  where = '',
}: pg.DatabaseError): { readonly line: number; readonly column: number | null } | null {
  // prettier-ignore
  const match = /tidemark\d+_rows\D+(\d+)(?:\D[^"]*?\bc(\d+)\b)?/.exec(where);
  return match ? { line: Number(match[1]), column: match[2] === undefined ? null : Number(match[2]) } : null;
}
