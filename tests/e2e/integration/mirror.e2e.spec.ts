import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomNamespace } from '@tidemark/test-kit';
import pg from 'pg';
import type { Client } from '../../installations/client.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../../installations/standalone.js';
import { PagedApi } from '../testing/paged-api.js';

const suite = process.env.POSTGRES_URL ? describe : describe.skip;

const recordsOf = (ids: readonly number[]) =>
  ids.map((id) => ({ id, order: id, title: `issue ${id}`, updatedAt: '2026-01-02T03:04:05Z' }));
const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);

suite('a mirror of a source in a database', () => {
  const schema = randomNamespace('mirror');
  const database = new pg.Client(process.env.POSTGRES_URL);
  let api: PagedApi;
  let installation: StandaloneInstallation;
  let on: Client;

  beforeEach(async () => {
    api = await PagedApi.start();
    if (!installation) await database.connect();
    await database.query(`drop schema if exists ${schema} cascade; create schema ${schema}`);
    await database.query(
      `create table ${schema}.issues (id int primary key, title text, "updatedAt" timestamptz, "order" int)`,
    );
    installation = await startStandaloneInstallation();
    on = installation.client;
  }, 30_000);

  afterEach(async () => {
    await installation.stop();
    await api.stop();
    await database.query(`drop schema ${schema} cascade`);
  });

  const connect = (given: object = {}) => {
    const { hostname: host, port, pathname, username: user } = new URL(process.env.POSTGRES_URL!);
    const config = {
      host,
      port: Number(port),
      database: pathname.slice(1),
      user,
      ssl: { mode: 'disable' },
      searchPath: [schema],
    };
    return on.connect(
      { connector: 'http-json', config: api.config(['issues']) },
      {
        destinations: [{ name: 'warehouse', connector: 'postgres', config, mode: 'mirror', key: ['id'] }],
        ...given,
      },
    );
  };
  const sync = async (id: string, given: object = {}) => on.ended(await on.order(id, given));
  const stored = async () =>
    (await database.query<{ id: number }>(`select id from ${schema}.issues order by id`)).rows.map(({ id }) => id);

  it('loses what the source no longer has in a whole read, and keeps the rows of others', async () => {
    await database.query(`insert into ${schema}.issues values (900, 'not ours')`);
    api.objects.set('issues', recordsOf(upTo(30)));
    const id = await connect();
    expect((await sync(id)).counts).toMatchObject({ created: 30, deleted: 0 });
    api.objects.set('issues', recordsOf(upTo(30).filter((one) => one % 3 !== 0)));
    // Changes alone do not say what is gone.
    expect((await sync(id)).counts.deleted).toBe(0);
    expect((await sync(id, { type: 'full' })).counts).toMatchObject({ deleted: 10, failed: 0 });
    expect(await stored()).toEqual([...upTo(30).filter((one) => one % 3 !== 0), 900]);
    expect((await sync(id, { type: 'full' })).counts.deleted).toBe(0);
  });

  it('loses nothing when the read was not whole, and keeps a row that was refused this time', async () => {
    api.objects.set('issues', recordsOf(upTo(30)));
    const id = await connect();
    await sync(id);
    api.objects.set('issues', recordsOf(upTo(20)));
    expect((await sync(id, { type: 'full', limit: 5 })).counts.deleted).toBe(0);
    api.objects.set('issues', [...recordsOf(upTo(20)), { id: null, order: 21 }]);
    expect((await sync(id, { type: 'full' })).counts).toMatchObject({ deleted: 0, failed: 1 });
    await database.query(`alter table ${schema}.issues add check (id <> 7 or title = 'issue 7')`);
    api.objects.set(
      'issues',
      recordsOf(upTo(20)).map((one) => (one.id === 7 ? { ...one, title: 'refused' } : one)),
    );
    expect((await sync(id, { type: 'full' })).counts).toMatchObject({ deleted: 10, failed: 1 });
    expect(await stored()).toEqual(upTo(20));
  });

  it('is not emptied by a source that has lost almost everything', async () => {
    api.objects.set('issues', recordsOf(upTo(120)));
    const id = await connect();
    await sync(id);
    api.objects.set('issues', recordsOf([1]));
    expect(await sync(id, { type: 'full' })).toMatchObject({
      state: 'failed',
      lastError: { code: 'TOO_MANY_DELETES' },
    });
    expect(await stored()).toHaveLength(120);
    await on.call('PATCH', `/v1/connections/${id}`, { body: { policies: { maxDeletes: 1 } } });
    expect(await sync(id, { type: 'full' })).toMatchObject({ state: 'completed', counts: { deleted: 119 } });
    expect(await stored()).toEqual([1]);
  });

  it('counts a row that the database does not let go as failed, and offers it again', async () => {
    await database.query(`create table ${schema}.comments (issue int references ${schema}.issues)`);
    api.objects.set('issues', recordsOf(upTo(10)));
    const id = await connect();
    await sync(id);
    await database.query(`insert into ${schema}.comments values (9)`);
    api.objects.set('issues', recordsOf(upTo(8)));
    const job = await sync(id, { type: 'full' });
    expect(job).toMatchObject({ result: 'completed_with_errors', counts: { deleted: 1, failed: 1 } });
    const { data } = (await on.get(`/v1/jobs/${job.id}/errors`)).body;
    expect(data).toMatchObject([{ externalId: '9', destination: 'warehouse' }]);
    await database.query(`delete from ${schema}.comments`);
    expect((await sync(id, { type: 'full' })).counts).toMatchObject({ deleted: 1, failed: 0 });
    expect(await stored()).toEqual(upTo(8));
  });
});
