import { describe, expect, it } from '@jest/globals';
import { configProblems } from '@tidemark/connector-sdk';
import { parseTableName, postgresConfig } from './postgres.config.js';
import { manifest } from './postgres.manifest.js';

const base = { host: 'db.example.com', database: 'shop' };
const problems = (more: object) => configProblems(manifest, { ...base, ...more });

describe('the config of postgres', () => {
  it('requires only a host and a database, and verifies certificates by default', () => {
    expect(postgresConfig.parse(base)).toMatchObject({
      port: 5432,
      ssl: { mode: 'verify-full' },
      statementTimeoutMs: 30_000,
    });
    expect(problems({ objects: [{ table: 'orders' }, { name: 'o', sql: 'select 1 as id', key: ['id'], updatedAt: 'at' }] })).toEqual([]); // prettier-ignore
  });

  it.each([
    [{ host: undefined }, 'host', 'is required'],
    [{ host: 'postgres://db' }, 'host', 'must be the name or the address of a host, without a port'],
    [{ port: 0 }, 'port', 'must be a whole number from 1 to 65535'],
    [{ password: 'hunter2' }, 'password', expect.stringContaining('is not known')],
    [{ ssl: { mode: 'prefer' } }, 'ssl.mode', 'must be disable, require or verify-full'],
    [{ ssl: { mode: 'require', ca: 'x' } }, 'ssl.ca', 'must be certificates in PEM format'],
    [{ searchPath: [] }, 'searchPath', 'must be a list of schema names'],
    [{ statementTimeoutMs: 1 }, 'statementTimeoutMs', 'must be a whole number from 100 to 86400000'],
    [{ objects: [{ name: 'a' }] }, 'objects.0.sql', 'or table is required, and not both'],
    [{ objects: [{ name: 'a', sql: 'select 1', table: 'b', key: ['c'] }] }, 'objects.0.sql', 'or table is required, and not both'], // prettier-ignore
    [{ objects: [{ name: 'a', sql: 'select 1' }] }, 'objects.0.key', 'is required with sql'],
    [{ objects: [{ sql: 'select 1', key: ['a'] }] }, 'objects.0.name', 'is required with sql'],
    [{ objects: [{ table: 'a.b.c' }] }, 'objects.0.table', 'must be the name of a table, or schema.table'],
    [{ objects: [{ table: 'a' }, { table: 'a' }] }, 'objects.1.name', 'is used before: a'],
    [{ objects: [{ table: 'a', key: [] }] }, 'objects.0.key', 'must be a list of 1 to 16 column names'],
  ])('refuses %j', (more, field, message) => {
    expect(problems(more)).toEqual([{ field, message }]);
  });

  it.each([
    ['orders', { table: 'orders' }],
    ['Shop.Orders', { schema: 'Shop', table: 'Orders' }],
    ['"a.b"."c ""d"""', { schema: 'a.b', table: 'c "d"' }],
    ['a.b.c', null],
    ['', null],
    ['a b', null],
    ['"a', null],
  ])('takes %j for the table %j', (text, name) => {
    expect(parseTableName(text)).toEqual(name);
  });
});
