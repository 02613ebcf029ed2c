import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Conditions } from '@tidemark/foundation';
import { signal, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { createEventStore } from '../create-event-store.js';
import { oneEvent, readAll } from '../testing/support.js';

let folder: TemporaryFolder;
let path: string;
const open = () => createEventStore(`sqlite:${path}`);

beforeEach(async () => {
  folder = await temporaryFolder();
  path = folder.join('events.db');
});
afterEach(() => folder.remove());

async function fill(): Promise<void> {
  const store = await open();
  for (let n = 0; n < 300; n++) await store.append(`job-${n % 7}`, [oneEvent({ n, text: `words ${n}` })], 'any');
  await store.close();
}

/** Changes one bit of each place where the file has this text, free space included. */
function flip(text: string): void {
  const bytes = readFileSync(path);
  const places: number[] = [];
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) places.push(at + 2);
  for (const at of places) bytes[at] = bytes[at]! ^ 1;
  writeFileSync(path, bytes);
}

describe('a damaged log', () => {
  it('is refused at the start, with what is damaged and what to do, whichever byte of an event changed', async () => {
    await fill();
    copyFileSync(path, folder.join('whole.db'));
    for (const found of ['words 17"', '"tenant":"acme"', 'Happened', 'job-3']) {
      copyFileSync(folder.join('whole.db'), path);
      flip(found);
      await expect(open()).rejects.toThrow(/events\.db: .*the event log is damaged; restore the file from a backup/);
    }
    copyFileSync(folder.join('whole.db'), path);
    await (await open()).close();
  });

  it('is refused when its pages are damaged, or its end is missing', async () => {
    await fill();
    copyFileSync(path, folder.join('whole.db'));
    const { length } = readFileSync(path);
    for (const at of [30, 8192 + 3, 8192 * 3 + 1]) {
      copyFileSync(folder.join('whole.db'), path);
      const bytes = readFileSync(path);
      bytes.fill(0xff, at, at + 16);
      writeFileSync(path, bytes);
      await expect(open()).rejects.toThrow(/events\.db/);
    }
    copyFileSync(folder.join('whole.db'), path);
    truncateSync(path, length - 8192);
    await expect(open()).rejects.toThrow(/damaged/);
  });

  it('does not deliver an event that changed while it is open', async () => {
    await fill();
    const store = await open();
    const intruder = new DatabaseSync(path);
    intruder.exec(`UPDATE events SET data = '{"n":999}' WHERE pos = 20`);
    intruder.close();
    await expect(readAll(store, 'job-6')).rejects.toThrow(/position 20 .*is not what was stored/);
    const failed = signal<Error>();
    store.subscribe({ after: -1, onError: failed.resolve }, () => {});
    expect((await failed.promise).message).toMatch(/position 20/);
    await store.close();
  });

  it('of a release without checksums still opens, and gets checksums from then on', async () => {
    await fill();
    const older = new DatabaseSync(path);
    older.exec('ALTER TABLE events DROP COLUMN crc; PRAGMA user_version = 1');
    older.close();
    const store = await open();
    await store.append('job-new', [oneEvent({ text: 'later words' })], 'no_stream');
    expect(await readAll(store, 'job-1')).toHaveLength(43);
    await store.close();
    flip('later words');
    await expect(open()).rejects.toThrow(/revision 0 of job-new/);
  });
});

describe('an older copy of the log beside the WAL of the one that it replaced', () => {
  it('is read as it is; the WAL is kept aside and reported', async () => {
    await fill();
    copyFileSync(path, folder.join('older.db'));
    const killed = await open();
    await killed.append('job-1', [oneEvent({ n: 'lost' })], 'any');
    for (const end of ['-wal', '-shm', '.opening']) copyFileSync(path + end, folder.join(`kept${end}`));
    const wal = readFileSync(folder.join('kept-wal'));
    await killed.close();
    copyFileSync(folder.join('older.db'), path);
    for (const end of ['-wal', '-shm', '.opening']) copyFileSync(folder.join(`kept${end}`), path + end);

    const conditions = new Conditions();
    const store = await createEventStore(`sqlite:${path}`, { conditions });
    expect(await store.head()).toBe(299);
    const [{ detail } = { detail: '' }] = conditions.list();
    expect(readFileSync(/kept in (.*)$/.exec(detail)![1]!)).toEqual(wal);
    await store.close();
  });

  it('does not take the WAL of a killed process for another one', async () => {
    await fill();
    const killed = await open();
    for (let n = 0; n < 3; n++) await killed.append('job-1', [oneEvent({ n: 'kept' })], 'any');
    for (const end of ['', '-wal', '.opening']) copyFileSync(path + end, folder.join(`kept.db${end}`));
    await killed.close();
    const store = await createEventStore(`sqlite:${folder.join('kept.db')}`);
    expect(await store.head()).toBe(302);
    await store.close();
  });

  it('does not take the WAL of a process that was killed before it noted its opening for another one', async () => {
    await fill();
    const killed = await open();
    await killed.append('job-1', [oneEvent({ n: 'kept' })], 'any');
    for (const end of ['', '-wal']) copyFileSync(path + end, folder.join(`kept.db${end}`));
    const [number, salt] = readFileSync(`${path}.opening`, 'utf8').split(' ').map(Number) as [number, number];
    writeFileSync(folder.join('kept.db.opening'), `${number - 1} ${salt - 1}`);
    await killed.close();
    const store = await createEventStore(`sqlite:${folder.join('kept.db')}`);
    expect(await store.head()).toBe(300);
    await store.close();
  });

  it('does not take the WAL of a killed process for another one when it was restored after a later opening', async () => {
    await fill();
    const first = await open();
    await first.append('job-1', [oneEvent({ n: 'copied' })], 'any');
    for (const end of ['', '-wal']) copyFileSync(path + end, folder.join(`kept.db${end}`));
    for (const end of ['', '-wal']) copyFileSync(path + end, folder.join(`again.db${end}`));
    await first.close();
    // It was killed, and started again: the next opening continues its WAL.
    const second = await createEventStore(`sqlite:${folder.join('again.db')}`);
    await second.append('job-1', [oneEvent({ n: 'lost' })], 'any');
    copyFileSync(folder.join('again.db.opening'), folder.join('kept.db.opening'));
    await second.close();
    const store = await createEventStore(`sqlite:${folder.join('kept.db')}`);
    expect(await store.head()).toBe(300);
    await store.close();
  });

  it('does not take the WAL that was restored with its file for another one', async () => {
    await fill();
    const before = await open();
    await before.append('job-1', [oneEvent({ n: 'copied' })], 'any');
    for (const end of ['', '-wal']) copyFileSync(path + end, folder.join(`kept.db${end}`));
    await before.close();
    const killed = await open();
    await killed.append('job-1', [oneEvent({ n: 'lost' })], 'any');
    copyFileSync(`${path}.opening`, folder.join('kept.db.opening'));
    await killed.close();
    const store = await createEventStore(`sqlite:${folder.join('kept.db')}`);
    expect(await store.head()).toBe(300);
    await store.close();
  });
});
