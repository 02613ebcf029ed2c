import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { standaloneUrls } from '@tidemark/config';
import { SqliteEventStore } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import { signal, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { openAdapters, type AdapterNeeds } from './adapters.js';
import { allPorts } from './ports.js';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const none = { eventStore: null, broker: null, readModel: null, blobs: null, records: null, vault: null };
const urlsIn = (name: string, set: Partial<Record<keyof typeof none, string>> = {}) =>
  standaloneUrls({ ...none, ...set, dataDir: folder.join(name) });
const open = (urls = urlsIn('data'), needs: Partial<AdapterNeeds> = {}) =>
  openAdapters(allPorts, { urls, namespace: 'tidemark', ...needs });

describe('the stores of an installation', () => {
  it('carry its id, and refuse the stores of another one with both ids and the setting', async () => {
    const ids: string[] = [];
    for (const name of ['data', 'other']) {
      const adapters = await open(urlsIn(name));
      ids.push(await adapters.eventStore.history.installation());
      await adapters.close();
    }
    await (await open()).close(); // its own are fine
    for (const [port, file] of [
      ['readModel', 'TIDEMARK_READ_MODEL'],
      ['blobs', 'TIDEMARK_BLOBS'],
      ['records', 'TIDEMARK_RECORDS'],
      ['vault', 'TIDEMARK_VAULT'],
    ] as const) {
      const mixed = { ...urlsIn('data'), [port]: urlsIn('other')[port] };
      await expect(open(mixed)).rejects.toThrow(
        new RegExp(`^${file}: .*installation ${ids[1]}.*installation ${ids[0]}.*TIDEMARK_NAMESPACE`),
      );
    }
  });

  it.each([
    ['broker', 'nats://127.0.0.1:1', 'TIDEMARK_BROKER'],
    ['readModel', 'mongodb://127.0.0.1:1/x', 'TIDEMARK_READ_MODEL'],
  ] as const)('refuses an embedded event store beside the shared %s, and opens no log', async (port, url, variable) => {
    const urls = urlsIn('data', { [port]: url });
    await expect(open(urls)).rejects.toThrow(new RegExp(`^TIDEMARK_EVENT_STORE: .*${variable}.*esdb://`));
    expect(() => copyFileSync(folder.join('data', 'events.db'), folder.join('copy'))).toThrow('ENOENT');
  });

  it('gives an emptied log the id that the other stores carry, and a new epoch', async () => {
    const before = await open();
    const id = await before.eventStore.history.installation();
    const { epoch } = await before.eventStore.history.mark();
    await before.close();
    rmSync(folder.join('data', 'events.db'));
    await new SqliteEventStore(folder.join('data', 'events.db')).close();
    const after = await open();
    expect(await after.eventStore.history.installation()).toBe(id);
    expect((await after.eventStore.history.resume({ position: 5, epoch })).position).toBe(-1);
    await after.close();
  });

  it('remember what they saw of the log, so that an older copy is found even when it has grown', async () => {
    const event = () => ({ id: uuidv7(), type: 'Happened', data: {}, metadata: {} });
    const path = folder.join('data', 'events.db');
    await (await open()).close();
    copyFileSync(path, folder.join('older.db'));
    const before = await open();
    const { position } = await before.eventStore.append('job-1', [event()], 'no_stream');
    const { epoch } = await before.eventStore.history.mark();
    await before.close();
    rmSync(path);
    copyFileSync(folder.join('older.db'), path);
    const unaware = new SqliteEventStore(path);
    for (let n = 0; n < 5; n++) await unaware.append(`job-2${n}`, [event()], 'no_stream');
    await unaware.close();
    const after = await open();
    expect((await after.eventStore.history.resume({ position, epoch })).position).toBeLessThan(position);
    await after.close();
  });

  it('make a running process begin again when another one finds that the log was restored', async () => {
    const changed = signal<Error>();
    const adapters = await open(urlsIn('data'), { onChange: changed.resolve });
    const { epoch, anchors } = await adapters.eventStore.history.mark();
    const { LogHistory } = await import('@tidemark/event-store');
    await new LogHistory(adapters.eventStore).compare({
      epoch,
      anchors: [{ position: 1e9, id: uuidv7() }, ...anchors],
    });
    expect((await changed.promise).message).toMatch(/restored from an older copy/);
    await adapters.close();
  });

  it.each(['missing', 'empty'])('do not let a new log take the place of one that is %s', async (what) => {
    const path = folder.join('data', 'events.db');
    await (await open()).close();
    rmSync(path);
    if (what === 'empty') writeFileSync(path, '');
    await expect(open()).rejects.toThrow(
      /^TIDEMARK_EVENT_STORE: .*events\.db is missing or empty, .*views\.db.*backup/,
    );
    await expect(open()).rejects.toThrow('missing or empty'); // nothing was created
  });

  it('make a running process begin again when the file of the log is replaced, and store nothing in the old one', async () => {
    const path = folder.join('data', 'events.db');
    await (await open()).close();
    copyFileSync(path, folder.join('older.db'));
    const changed = signal<Error>();
    const adapters = await open(urlsIn('data'), { onChange: changed.resolve });
    renameSync(folder.join('older.db'), path);
    const event = { id: uuidv7(), type: 'Happened', data: {}, metadata: {} };
    await expect(adapters.eventStore.append('job-1', [event], 'no_stream')).rejects.toMatchObject({
      code: 'EVENT_STORE_UNAVAILABLE',
    });
    expect((await changed.promise).message).toMatch(/events\.db was replaced or removed/);
    await adapters.close();
    await (await open()).close();
  });
});
