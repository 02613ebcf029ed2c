import { z } from 'zod';
import { required, wholeNumber } from '@tidemark/connector-sdk/manifest';

/** PostgreSQL's maximum length of an identifier in bytes. */
const MAX_NAME = 63;
const MAX_SQL = 1_000_000;

const NAME = `must be a name of 1 to ${MAX_NAME} characters`;
const name = z.string({ error: required(NAME) }).regex(/^[^\0]{1,63}$/, NAME);

const HOST = 'must be the name or the address of a host, without a port';
const host = z.string({ error: required(HOST) }).regex(/^[^\s/@?#\0]{1,255}$/, HOST);

const TABLE = 'must be the name of a table, or schema.table';
const table = z
  .string({ error: required(TABLE) })
  .max(260, TABLE)
  .refine((text) => parseTableName(text) !== null, TABLE);

const SQL = `must be one SELECT of at most ${MAX_SQL} characters`;
const sql = z
  .string({ error: required(SQL) })
  .max(MAX_SQL, SQL)
  .regex(/^(?=\s*\S)[^\0]*$/, SQL);

const KEY = 'must be a list of 1 to 16 column names';
const key = z.array(name, { error: KEY }).min(1, KEY).max(16, KEY);

const object = z
  .strictObject(
    {
      name: name.describe('Name of the object; default: the table').optional(),
      sql: sql.describe('A SELECT whose rows are the records; or name a table').optional(),
      table: table.describe('`table` or `schema.table`; or write SQL').optional(),
      key: key.describe('Columns that identify a row; default: the primary key of the table').optional(),
      updatedAt: name.describe('Column (timestamp or date) that increases when a row changes').optional(),
      lookBackMs: wholeNumber(0, 7 * 86_400_000)
        .describe('Milliseconds by which a read overlaps the previous one: the longest writing transaction')
        .default(60_000),
    },
    { error: 'must be an object with a name, and sql or table' },
  )
  .superRefine((value, context) => {
    if ((value.sql === undefined) === (value.table === undefined))
      context.addIssue({ code: 'custom', path: ['sql'], message: 'or table is required, and not both' });
    for (const field of ['name', 'key'] as const)
      if (value.sql !== undefined && value[field] === undefined)
        context.addIssue({ code: 'custom', path: [field], message: 'is required with sql' });
  });

const OBJECTS = 'must be a list of at most 1000 objects';

/** Config of a `postgres` connection. The password is in its credential. */
export const postgresConfig = z.strictObject({
  host: host.describe('Name or address of the server'),
  port: wholeNumber(1, 65_535).describe('Port of the server').default(5432),
  database: name.describe('Name of the database'),
  user: name.describe("Who to log in as; default the credential's user name").optional(),
  ssl: z
    .strictObject(
      {
        mode: z
          .enum(['disable', 'require', 'verify-full'], { error: 'must be disable, require or verify-full' })
          .describe('`require` encrypts; `verify-full` also checks the certificate and its host name'),
        ca: z
          .string({ error: 'must be certificates in PEM format' })
          .max(1_000_000, 'must be certificates in PEM format')
          .regex(/-----BEGIN CERTIFICATE-----/, 'must be certificates in PEM format')
          .describe('Certificates to trust, in PEM format; default: those trusted by Node.js')
          .optional(),
      },
      { error: 'must be an object with a mode' },
    )
    .describe('Encryption of the connection')
    .default({ mode: 'verify-full' }),
  searchPath: z
    .array(name, { error: 'must be a list of schema names' })
    .min(1, 'must be a list of schema names')
    .max(32, 'must be a list of schema names')
    .describe("Schemas in which names without a schema are looked for; default the user's own setting")
    .optional(),
  statementTimeoutMs: wholeNumber(100, 86_400_000)
    .describe('Maximum duration of a call in milliseconds')
    .default(30_000),
  applicationName: name.describe('Application name of the connections on the server').default('tidemark'),
  objects: z
    .array(object, { error: OBJECTS })
    .max(1000, OBJECTS)
    .superRefine((objects, context) => {
      const names = objects.map((one) => one.name ?? one.table);
      names.forEach((one, at) => {
        if (names.indexOf(one) < at)
          context.addIssue({ code: 'custom', path: [at, 'name'], message: `is used before: ${one}` });
      });
    })
    .describe('Objects that a source reads')
    .default([]),
  ledgerSchema: name
    .describe('Schema of the destination table `_tidemark_batches`; default: that of the written table')
    .optional(),
});

export type PostgresConfig = z.infer<typeof postgresConfig>;
export type ObjectConfig = PostgresConfig['objects'][number];

/** The parts of `table`, `schema.table` or `"Any.Schema"."Any ""table"""`; null when it is invalid. Case is preserved. */
export function parseTableName(text: string): { readonly schema?: string; readonly table: string } | null {
  const match = /^(?:("(?:[^"\0]|"")+"|[^".\s\0]+)\.)?("(?:[^"\0]|"")+"|[^".\s\0]+)$/.exec(text);
  if (!match) return null;
  const [schema, tableName] = [match[1], match[2]!].map((part) =>
    part?.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part,
  );
  return { ...(schema !== undefined && { schema }), table: tableName! };
}
