import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDestination, type OpenedDestination } from '@tidemark/connector-sdk';
import { connectors } from '@tidemark/connectors';
import { createHttpPool, type HttpPool } from '@tidemark/resilience';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { createRecordStore } from '@tidemark/record-store';
import { DestinationSink } from './destination-sink.js';
import { MirrorLedger } from './mirror-ledger.js';

const config = { format: 'jsonl' };
const settings = { name: 'lines', connector: 'files', config, key: ['country'] };
const records = [{ externalId: '1', objectType: 'issues', data: { country: 'NO' } }];
const { signal } = new AbortController();

let folder: TemporaryFolder;
let pool: HttpPool;
let destination: OpenedDestination;

beforeEach(async () => {
  folder = await temporaryFolder();
  pool = createHttpPool({});
  const connector = await connectors.get('files')!.load();
  destination = openDestination({ connector, config, pool, filesRoot: folder.path });
});

afterEach(async () => {
  await destination.close();
  await pool.close();
  await folder.remove();
});

describe('a page of records that is appended to a destination', () => {
  const page = { object: 'issues', records, jobId: 'job-1', position: 'issues:0' };

  it('is written once, however often it is written', async () => {
    const sink = new DestinationSink({ connectionId: 'c' }, destination, settings);
    expect(await sink.write(page, signal)).toEqual([{ status: 'created' }]);
    expect(await sink.write(page, signal)).toEqual([{ status: 'created' }]);
    expect(await readdir(folder.path)).toHaveLength(1);
  });

  it('is another one than a page of the same content before it', async () => {
    const sink = new DestinationSink({ connectionId: 'c' }, destination, settings);
    await sink.write(page, signal);
    await sink.write({ ...page, position: 'issues:1' }, signal);
    expect(await readdir(folder.path)).toHaveLength(2);
  });
});

describe('a destination that two jobs of a connection write to', () => {
  it('gets no state that is older than what the other one has written', async () => {
    const records = await createRecordStore(`sqlite:${folder.path}/records.db`);
    const written: unknown[] = [];
    const upserts: OpenedDestination = {
      manifest: { modes: ['upsert'], batchSize: { initial: 10, max: 10 }, concurrency: 1 },
      write: async ({ rows }) => {
        written.push(...rows.map(({ data }) => data['title']));
        return rows.map(() => ({ status: 'updated' }));
      },
      check: async () => ({ ok: true, message: 'well' }),
      close: async () => undefined,
    };
    const scope = { tenant: 'acme', connectionId: 'c1/warehouse' };
    const sinkOf = (now: number, beganAt?: number) => {
      const ledger = (key: readonly string[]) => new MirrorLedger(records, scope, key, () => now, beganAt);
      return new DestinationSink(
        { connectionId: 'c1' },
        upserts,
        { ...settings, key: ['id'] },
        { ledger, isShared: true },
      );
    };
    const page = (jobId: string, title: string, more: object = {}) => ({
      ...{ object: 'issues', jobId, position: 'issues:0' },
      records: ['1', '2'].map((externalId) => ({
        ...{ externalId, objectType: 'issues', data: { id: externalId, title } },
        ...(externalId === '2' && more),
      })),
    });
    const [older, later] = [{ updatedAt: '2026-01-01T00:00:00Z' }, { updatedAt: '2026-01-02T00:00:00Z' }];
    await sinkOf(2000).write(page('incremental', 'new', older), signal);
    const backfill = sinkOf(3000, 1000);
    expect(await backfill.write(page('backfill', 'old'), signal)).toEqual([
      { status: 'skipped' },
      { status: 'skipped' },
    ]);
    expect(await backfill.write(page('backfill', 'later', later), signal)).toEqual([
      { status: 'skipped' },
      { status: 'updated' },
    ]);
    await sinkOf(4000).write(page('incremental', 'older', older), signal);
    expect(written).toEqual(['new', 'new', 'later', 'older']);
    await records.close();
  });
});
