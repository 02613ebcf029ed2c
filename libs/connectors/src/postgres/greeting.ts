import type { CheckResult } from '@tidemark/connector-sdk';
import type { PostgresConfig } from './postgres.config.js';
import type { Session } from './session.js';

const OLDEST = 120_000;

/** The server and the user: `PostgreSQL 15.18, database shop on db.example.com:5432, as reader`. */
export async function greet(session: Session, config: PostgresConfig, signal: AbortSignal): Promise<CheckResult> {
  const wanted = `{${(config.searchPath ?? []).map((name) => JSON.stringify(name)).join(',')}}`;
  const [row] = await session.query(signal, GREETING, [wanted]);
  const [version, database, user, number, missing] = row as [string, string, string, string, string | null];
  if (Number(number) < OLDEST)
    return { ok: false, problems: [{ field: 'host', code: 'SERVER_TOO_OLD', message: `PostgreSQL ${version} is older than 12` }] }; // prettier-ignore
  if (missing !== null)
    return { ok: false, problems: [{ field: 'searchPath', code: 'SCHEMA_NOT_FOUND', message: `there is no schema ${missing} that ${user} may use` }] }; // prettier-ignore
  return {
    ok: true,
    message: `PostgreSQL ${version}, database ${database} on ${config.host}:${config.port}, as ${user}`,
  };
}

const GREETING = `
  select split_part(current_setting('server_version'), ' ', 1), current_database(), current_user,
    current_setting('server_version_num'),
    (select string_agg(name, ', ') from unnest($1::text[]) name
     where not exists (select from pg_namespace n where n.nspname = name and has_schema_privilege(n.oid, 'usage')))`;
