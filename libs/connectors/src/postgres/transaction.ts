import { columnList } from './identifiers.js';
import type { PostgresConfig } from './postgres.config.js';

/**
 * Begins a transaction with settings of its own: behind a pooler the next one may run in another session, and other
 * programs use this one. The text form of values must not depend on the settings of a server, a database or a user.
 */
export function beginning({ statementTimeoutMs, searchPath }: PostgresConfig, characteristics: string): string {
  // A temporary table that another program left in the session is looked for last.
  const path = searchPath ? `${columnList(searchPath)}, pg_temp` : 'default';
  return [
    `begin ${characteristics}`,
    `set local search_path = ${path}; set local statement_timeout = ${statementTimeoutMs}`,
    "set local datestyle = 'ISO, YMD'; set local timezone = 'UTC'; set local intervalstyle = 'iso_8601'",
    "set local bytea_output = 'hex'; set local extra_float_digits = 1; set local client_min_messages = error",
  ].join('; ');
}

export const READ_ONLY = 'isolation level repeatable read read only';
export const READ_WRITE = 'isolation level read committed read write';
