import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDestination, type OpenedDestination } from '@tidemark/connector-sdk';
import { connectors } from '@tidemark/connectors';
import { createHttpPool, type HttpPool } from '@tidemark/resilience';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { DestinationSink } from './destination-sink.js';

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
