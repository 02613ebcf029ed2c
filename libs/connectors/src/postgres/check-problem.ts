import type { Side } from '@tidemark/resilience';
import type { CheckProblem } from '@tidemark/connector-sdk';
import { externalErrorOf } from './errors.js';

/** The field of the config to look at, where the error code alone determines it. */
const FIELDS: Readonly<Record<string, string>> = {
  UNREACHABLE: 'host',
  ADDRESS_REFUSED: 'host',
  NOT_FOUND: 'database',
};

/** An error as a problem of the configuration. */
export function problemOf(error: unknown, side: Side, field?: string): CheckProblem {
  const known = externalErrorOf(error, side);
  const at = known.field ?? field ?? FIELDS[known.code.slice(side.length + 1)];
  return { code: known.code, message: known.message, ...(at !== undefined && { field: at }) };
}
