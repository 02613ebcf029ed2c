import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readdirSync, rmSync, truncateSync } from 'node:fs';
import { temporaryFolder, eventually, type TemporaryFolder } from '@tidemark/test-kit';
import { Edge } from '../../installations/edge.js';
import { embedded } from '../../installations/urls.js';
import { apiOf } from '../../publishers/descriptions.js';
import { Publisher } from '../../publishers/publisher.js';

const first = apiOf('1.0.0', { '/invoices': ['id', 'total'] });
const second = apiOf('1.1.0', { '/invoices': ['id'] });
const third = apiOf('1.2.0', { '/invoices': ['id', 'currency'] });

describe('a snapshot whose documents', () => {
  let folder: TemporaryFolder;
  let publisher: Publisher;
  let edge: Edge;
  let connectionId: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    publisher = await Publisher.start();
    edge = await Edge.start({ on: { urls: embedded(folder.path), namespace: 'tidemark' } });
    await edge.startRunners();
    publisher.publish(first);
    connectionId = await edge.connect(publisher.source());
  });
  afterEach(async () => {
    await edge.close();
    await publisher.stop();
    await folder.remove();
  });

  const sync = async (document: object): Promise<string> => {
    publisher.publish(document);
    return (await edge.sync(connectionId)).id;
  };
  const listed = async (list: string) => (await edge.call('GET', `/v1/connections/${connectionId}/${list}`)).body;
  const blobs = () =>
    readdirSync(folder.join('blobs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /[0-9a-f]{64}$/.test(name))
      .map((name) => folder.join('blobs', name));

  it.each([
    ['are missing', 'BLOB_NOT_FOUND', (path: string) => rmSync(path)],
    ['are cut off', 'BLOB_CORRUPT', (path: string) => truncateSync(path, 10)],
  ])('%s, is answered with 410, and the next sync takes a new baseline', async (_, code, damage) => {
    await sync(first);
    await eventually(async () => (await listed('snapshots')).data.length === 1, 'the snapshot');
    const [{ id }] = (await listed('snapshots')).data;
    blobs().forEach(damage);
    for (const part of ['raw', 'operations']) {
      const { status, body } = await edge.call('GET', `/v1/snapshots/${id}/${part}`);
      expect([part, status, body.error?.code]).toEqual([part, 410, 'DOCUMENT_GONE']);
    }

    const job = await sync(second);
    expect((await edge.call('GET', `/v1/jobs/${job}`)).body).toMatchObject({ state: 'completed', attempt: 1 });
    const events = await Array.fromAsync(edge.adapters.eventStore.read(`job-${job}`));
    const diff = events.map(({ data }: any) => data).find(({ stage, output }) => stage === 'diff' && output);
    expect(diff.output).toEqual({ baseline: true, lost: { snapshotId: id, code } });
    expect((await listed('changes')).pagination.total).toBe(0);

    await sync(third);
    await eventually(async () => (await listed('changes')).pagination.total > 0, 'changes since the new baseline');
    expect((await listed('snapshots')).data).toHaveLength(3);
  });
});
