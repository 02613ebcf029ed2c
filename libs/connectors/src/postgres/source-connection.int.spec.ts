import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AuthExpired, Retryable } from '@tidemark/resilience';
import { startTcpProxy, waitFor, type TcpProxy } from '@tidemark/test-kit';
import type { Source } from '@tidemark/connector-sdk';
import { PostgresSource } from './source.js';
import { certificate } from './testing/certificate.js';
import { TestDatabase } from './testing/database.js';
import { startFront } from './testing/front.js';
import { failure, pagesOf, readAll } from './testing/reading.js';

const suite = process.env.POSTGRES_URL ? describe : describe.skip;
const signal = new AbortController().signal;

let database: TestDatabase;
let proxy: TcpProxy;

const sourceOf = (objects: readonly object[], more: object = {}): Source => new PostgresSource(database.context({ objects, ...more })); // prettier-ignore

suite('the connection of a postgres source', () => {
  beforeAll(async () => {
    database = await TestDatabase.open();
    proxy = await startTcpProxy(database.url.href);
  });
  afterAll(async () => {
    await proxy?.close();
    await database?.[Symbol.asyncDispose]();
  });

  it('ends immediately on an abort, and so does its query', async () => {
    const stop = new AbortController();
    const reading = pagesOf(sourceOf([{ name: 'model', sql: 'select n as id from generate_series(1, 3) n, pg_sleep(30)', key: ['id'] }]), { signal: stop.signal }); // prettier-ignore
    const ended = reading.catch((error: unknown) => error);
    await waitFor(async () => (await database.running()).some((query) => query.includes('pg_sleep')));
    const reason = new Error('stopped by the test');
    stop.abort(reason);
    expect(await ended).toBe(reason);
    await waitFor(async () => (await database.running()).length === 0);
  });

  it('releases its connection when the reader stops early', async () => {
    await pagesOf(sourceOf([{ name: 'model', sql: 'select n as id from generate_series(1, 5000) n', key: ['id'] }]), { pageSize: 10 }, 2); // prettier-ignore
    const mine = 'select from pg_stat_activity where application_name = $1';
    await waitFor(async () => (await database.query(mine, [database.schema])).length === 0);
  });

  it('ends immediately on an abort between two pages', async () => {
    const stop = new AbortController();
    const source = sourceOf([{ name: 'model', sql: 'select n as id from generate_series(1, 100) n', key: ['id'] }], { port: proxy.port }); // prettier-ignore
    const reading = source.read({ object: 'model', pageSize: 10, signal: stop.signal })[Symbol.asyncIterator]();
    await reading.next();
    proxy.hang();
    const reason = new Error('stopped by the test');
    stop.abort(reason);
    await expect(reading.next()).rejects.toBe(reason);
    proxy.pass();
  });

  it('distinguishes a slow statement from an unresponsive server', async () => {
    const objects = [{ name: 'model', sql: 'select 1 as id from pg_sleep(20)', key: ['id'] }];
    const slow = await failure(sourceOf(objects, { statementTimeoutMs: 200 }));
    expect(slow).toBeInstanceOf(Retryable);
    expect(slow).toMatchObject({ code: 'STATEMENT_TIMEOUT', timedOut: true });
    const source = sourceOf([{ name: 'model', sql: 'select n as id from generate_series(1, 100) n', key: ['id'] }], { port: proxy.port, statementTimeoutMs: 200 }); // prettier-ignore
    const reading = source.read({ object: 'model', pageSize: 10, signal })[Symbol.asyncIterator]();
    await reading.next();
    proxy.hang();
    await expect(reading.next()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE', timedOut: true, retryable: true });
    proxy.pass();
  });

  it('fails as retryable when the server ends the connection, and stops calling one that is down', async () => {
    const source = sourceOf([{ name: 'model', sql: 'select n as id from generate_series(1, 100) n', key: ['id'] }], { port: proxy.port }); // prettier-ignore
    const reading = source.read({ object: 'model', pageSize: 10, signal })[Symbol.asyncIterator]();
    await reading.next();
    await database.terminate();
    await expect(reading.next()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE', retryable: true });
    proxy.cut();
    for (let tries = 0; tries < 5; tries++) expect(await failure(source)).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    expect((await failure(source)).retryAfterMs).toBeGreaterThan(50_000);
    proxy.pass();
  });

  it('uses TLS with trusted servers, verified by the configured name', async () => {
    await using front = await startFront({ target: database.url, tls: true, password: 'secret' });
    const objects = [{ name: 'model', sql: 'select 1 as id', key: ['id'] }];
    const open = (ssl: object, host = 'db.test', password = 'secret') =>
      new PostgresSource(database.context({ objects, host, port: front.port, ssl }, password));
    const trusted = { mode: 'verify-full', ca: certificate };
    expect((await readAll(open(trusted))).records).toHaveLength(1);
    expect((await readAll(open({ mode: 'require' }))).records).toHaveLength(1);
    expect((await readAll(open({ mode: 'require', ca: certificate }, 'other.test'))).records).toHaveLength(1);
    const refused = { code: 'SOURCE_UNREACHABLE', field: 'ssl', retryable: false };
    expect(await failure(open(trusted, 'other.test'))).toMatchObject(refused);
    expect(await failure(open({ mode: 'verify-full' }))).toMatchObject(refused);
    const wrong = await failure(open(trusted, 'db.test', 'hunter2'));
    expect(wrong).toBeInstanceOf(AuthExpired);
    expect(wrong).toMatchObject({ code: 'SOURCE_AUTH_EXPIRED' });
    expect(wrong.message).not.toContain('hunter2');
  });

  it('cancels its query over TLS too', async () => {
    await using front = await startFront({ target: database.url, tls: true });
    const objects = [{ name: 'model', sql: 'select 1 as id from pg_sleep(30)', key: ['id'] }];
    const ssl = { mode: 'verify-full', ca: certificate };
    const stop = new AbortController();
    const ended = failure(new PostgresSource(database.context({ objects, host: 'db.test', port: front.port, ssl })), { signal: stop.signal }); // prettier-ignore
    await waitFor(async () => (await database.running()).length > 0);
    stop.abort(new Error('stopped by the test'));
    expect((await ended).message).toBe('stopped by the test');
    await waitFor(async () => (await database.running()).length === 0);
  });

  it('reads neither password nor user from the environment', async () => {
    await using front = await startFront({ target: database.url, password: 'secret' });
    process.env.PGPASSWORD = 'secret';
    try {
      const objects = [{ name: 'model', sql: 'select 1 as id', key: ['id'] }];
      const error = await failure(new PostgresSource(database.context({ objects, port: front.port })));
      expect(error).toMatchObject({ code: 'SOURCE_AUTH_EXPIRED' });
      const nobody = await failure(sourceOf(objects, { user: undefined }));
      expect(nobody).toMatchObject({ code: 'SOURCE_AUTH_EXPIRED', message: expect.stringContaining('no user') });
    } finally {
      delete process.env.PGPASSWORD;
    }
  });

  it('reports at check missing privileges, a role without login, and duplicate keys', async () => {
    await database.query('create table hidden (id int primary key); create table seen (id int primary key, kind int); insert into seen values (1, 1), (2, 1)'); // prettier-ignore
    const user = await database.role(`grant select on ${database.schema}.seen to $role`);
    const forbidden = await sourceOf([{ table: 'hidden' }, { table: 'seen' }, { table: 'none' }], { user }).check(
      signal,
    );
    expect(forbidden).toEqual({
      ok: false,
      problems: [
        { field: 'objects.0', code: 'SOURCE_FORBIDDEN', message: expect.stringContaining('permission denied for table hidden') }, // prettier-ignore
        { field: 'objects.2.table', code: 'SOURCE_NOT_FOUND', message: expect.stringContaining('no table none') },
      ],
    });
    const twice = await sourceOf([{ table: 'seen', key: ['kind'] }], { user }).check(signal);
    expect(twice).toMatchObject({ ok: true, message: expect.stringContaining('not unique: several rows have 1') });
    await database.query(`alter role ${user} connection limit 0`);
    expect(await failure(sourceOf([{ table: 'seen' }], { user }), { object: 'seen' })).toMatchObject({ code: 'TOO_MANY_CONNECTIONS', retryable: true }); // prettier-ignore
    await database.query(`alter role ${user} nologin`);
    const locked = await sourceOf([], { user }).check(signal);
    expect(locked).toMatchObject({ ok: false, problems: [{ code: 'SOURCE_AUTH_EXPIRED' }] });
  });
});
