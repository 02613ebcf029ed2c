import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { randomNamespace } from '@tidemark/test-kit';
import pg from 'pg';
import type { Client } from '../../installations/client.js';
import { startStandaloneInstallation, type StandaloneInstallation } from '../../installations/standalone.js';
import { PagedApi, type ApiRecord } from '../testing/paged-api.js';

const { POSTGRES_URL } = process.env;

for (const pipeline of ['records', 'integration'])
  (POSTGRES_URL ? describe : describe.skip)(`failed rows of the pipeline ${pipeline}`, () => {
    const schema = randomNamespace('failed');
    let api: PagedApi;
    let installation: StandaloneInstallation;
    let on: Client;
    let database: pg.Client;
    let at: string;

    beforeEach(async () => {
      api = await PagedApi.start();
      installation = await startStandaloneInstallation();
      on = installation.client;
      database = new pg.Client(POSTGRES_URL);
      await database.connect();
      await database.query(`create schema ${schema}; set search_path = ${schema};
      create table people (id text primary key, title text not null)`);
    }, 30_000);

    afterEach(async () => {
      await installation.stop();
      await api.stop();
      await database.query(`drop schema ${schema} cascade`);
      await database.end();
    });

    const person = (id: string, title: string | null, order: number): ApiRecord => ({ id, title, order }) as never;
    const people = (ids: readonly string[], refused: (n: number) => boolean) =>
      ids.map((id, n) => person(id, refused(n + 1) ? null : `person ${id}`, n + 1));
    const numbers = (count: number) => Array.from({ length: count }, (_, n) => String(n + 1));
    const run = async (id: string, given: object = {}) => on.ended(await on.order(id, given));
    const listed = async (query = '') => (await on.get(`${at}?${query}`)).body;
    const stored = async () => {
      const { rows } = await database.query('select id, title, xmin::text as version from people');
      return new Map(rows.map(({ id, ...row }) => [id, row]));
    };

    async function connect(mode = 'upsert'): Promise<string> {
      const { hostname, port, pathname, username } = new URL(POSTGRES_URL!);
      const server = { host: hostname, port: Number(port), database: pathname.slice(1), user: username };
      const config = { ...server, ssl: { mode: 'disable' }, searchPath: [schema] };
      const warehouse = { name: 'warehouse', connector: 'postgres', config, mode, object: 'people', key: ['id'] };
      const source = { connector: 'http-json', config: api.config(['people'], 500), objects: ['people'] };
      await database.query('alter table people add column if not exists "order" int');
      const id = await on.connect(source, { pipeline, destinations: [warehouse] });
      at = `/v1/connections/${id}/failed-rows`;
      return id;
    }

    it('lists 50 of 10,000 rows; corrections and retries bring them in without touching the others', async () => {
      api.objects.set(
        'people',
        people(numbers(10_000), (n) => n % 200 === 0),
      );
      const id = await connect();
      const first = await run(id);
      expect(first).toMatchObject({ result: 'completed_with_errors', counts: { created: 9950, failed: 50 } });
      const page = await listed('perPage=20');
      expect(page.pagination).toMatchObject({ total: 50, perPage: 20 });
      expect(page.data[0]).toMatchObject({ field: 'title', destination: 'warehouse', object: 'people', tries: 1 });
      expect(page.data[0].message).toMatch(/title/);
      expect((await listed(`field=title&pattern=${encodeURIComponent(page.data[0].pattern)}`)).pagination.total).toBe(
        50,
      );
      expect((await listed('code=OTHER')).pagination.total).toBe(0);
      const before = await stored();

      for (let n = 200; n <= 5000; n += 200) {
        const fixed = await on.post(`${at}/${n}/fix`, { set: { title: `fixed ${n}` }, retry: false });
        expect([fixed.status, fixed.body.job, fixed.body.row.correction.by]).toEqual([
          202,
          null,
          expect.stringMatching(/^key:/),
        ]);
      }
      const retried = await on.ended((await on.post(`${at}/retry`, {})).body.id);
      expect(retried).toMatchObject({ trigger: 'retry', counts: { created: 25, updated: 0, failed: 25 } });
      const left = await listed();
      expect([left.pagination.total, left.data[0].tries, left.data[0].jobId]).toEqual([25, 2, retried.id]);
      const { job } = (await on.post(`${at}/5200/fix`, { set: { title: 'alone' } })).body;
      expect((await on.ended(job.id)).counts).toMatchObject({ created: 1, failed: 0 });
      const { body: again } = await on.post(`/v1/jobs/${first.id}/retry`, { rows: 'failed' });
      expect(again.retryOf).toBe(first.id);
      expect((await on.ended(again.id)).counts).toMatchObject({ created: 0, failed: 24 });

      const after = await stored();
      expect(after.size).toBe(9976);
      expect(after.get('5200')?.title).toBe('alone');
      for (const [key, row] of before) expect(after.get(key)).toEqual(row);

      // The source is right by now, but for those that were corrected; one of these has changed.
      const now = people(numbers(10_000), (n) => n % 200 === 0 && n > 200 && n <= 5200);
      api.objects.set('people', now);
      expect((await run(id, { type: 'full' })).counts).toMatchObject({ failed: 0, created: 24 });
      expect((await listed()).pagination.total).toBe(0);
      const end = await stored();
      expect([end.get('200')?.title, end.get('400')?.title, end.get('10000')?.title]).toEqual([
        'person 200',
        'fixed 400',
        'person 10000',
      ]);
    }, 120_000);

    it('takes keys of any characters, leaves discarded rows out until they change, and names what is wrong', async () => {
      const odd = ['a/b', 'ü %2F?#', '..', '"quoted"', '  ', 'x'.repeat(300)];
      api.objects.set(
        'people',
        people([...odd, 'good'], (n) => n <= odd.length),
      );
      const id = await connect();
      await run(id);
      expect((await listed()).data.map(({ key }: { key: string }) => key).sort()).toEqual([...odd].sort());
      for (const key of odd.slice(1)) {
        const { id: rowId } = (await listed(`key=${encodeURIComponent(key)}`)).data[0];
        const name = key === '..' ? rowId : encodeURIComponent(key);
        expect((await on.get(`${at}/${name}`)).body).toMatchObject({ id: rowId, key });
        expect((await on.post(`${at}/${name}/discard`)).status).toBe(200);
      }
      const problems = await on.post(`${at}/a%2Fb/fix`, { set: { id: 'c' } });
      expect([problems.status, problems.body.error.fields[0].field]).toEqual([400, 'set.id']);
      expect((await on.post(`${at}/a%2Fb/fix`, { set: {} })).status).toBe(400);
      expect((await on.post(`${at}/none/fix`, { set: { title: 'x' } })).status).toBe(404);
      expect((await on.post(`${at}/retry`, { keys: ['none'] })).status).toBe(404);

      expect((await run(id, { type: 'full' })).counts).toMatchObject({ failed: 1 });
      expect((await listed()).data).toMatchObject([{ key: 'a/b', tries: 2 }]);
      api.objects.set(
        'people',
        people([...odd, 'good'], (n) => n === 1 || n === 3),
      );
      expect((await run(id, { type: 'full' })).counts).toMatchObject({ failed: 1, created: 4 });
      // Gone from the source: nothing is missing any more. A discarded row stays out while it is as it was.
      api.objects.set('people', api.objects.get('people')!.slice(1));
      await run(id, { type: 'full' });
      expect((await listed()).data).toEqual([]);
    }, 60_000);

    it('belongs to its connection: goes with it, and is hidden from other tenants', async () => {
      api.objects.set(
        'people',
        people(['1', '2'], (n) => n === 1),
      );
      const id = await connect();
      await run(id);
      const { key } = await on.newKey('other', 'read', 'write');
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/1'],
        ['POST', '/retry'],
        ['POST', '/1/discard'],
      ] as const)
        expect((await on.call(method, `${at}${path}`, { key })).status).toBe(404);
      expect((await listed()).pagination.total).toBe(1);
      await on.call('DELETE', `/v1/connections/${id}`);
      expect((await on.get(at)).status).toBe(404);
    }, 60_000);
  });
