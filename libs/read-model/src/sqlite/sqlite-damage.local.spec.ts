import { chmod, copyFile, mkdir, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { SqliteEventStore, type EventStore } from '@tidemark/event-store';
import { Conditions, uuidv7 } from '@tidemark/foundation';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Projector } from '../projector.js';
import { tasks } from '../testing/tasks.js';
import { SqliteReadModel } from './sqlite-read-model.js';

const TASKS = 300;

describe('SqliteReadModel, when its file', () => {
  let folder: TemporaryFolder;
  let file: string;
  let eventStore: EventStore;
  let model: SqliteReadModel | undefined;
  let projector: Projector | undefined;
  let raised: string[];

  beforeEach(async () => {
    folder = await temporaryFolder();
    file = folder.join('views.db');
    eventStore = new SqliteEventStore(folder.join('events.db'));
    raised = [];
    const data = { tenant: 'n', title: 'the title of the task', priority: 1 };
    await Promise.all(
      Array.from({ length: TASKS }, (_, number) =>
        eventStore.append(`task-${number}`, [{ id: uuidv7(), type: 'Created', data, metadata: {} }], 'no_stream'),
      ),
    );
    await start();
    await stop();
    expect(raised).toEqual([]);
  });
  afterEach(async () => {
    await stop();
    await eventStore.close();
    await folder.remove();
  });

  const open_ = () => {
    const conditions = new Conditions({
      onChange: ({ subject, detail }, change) => raised.push(change === 'raised' ? detail : `${subject} cleared`),
    });
    model = new SqliteReadModel(file, { conditions });
    projector = new Projector({ eventStore, readModel: model, projections: [tasks], onError: () => {} });
  };
  async function start(): Promise<void> {
    open_();
    projector!.start();
    await projector!.caughtUp('tasks', await eventStore.head());
  }
  async function stop(): Promise<void> {
    await projector?.stop();
    await model?.close();
  }
  const expectWhole = async () => {
    const { total, degraded } = await model!.view(tasks).query({ where: { tenant: 'n' } });
    expect([total, degraded]).toEqual([TASKS, undefined]);
  };
  /** Overwrites bytes of the file. */
  const write = async (at: number, bytes: Buffer) => {
    await using handle = await open(file, 'r+');
    await handle.write(bytes, 0, bytes.length, at);
  };

  const damages: readonly (readonly [string, RegExp, () => Promise<unknown>])[] = [
    ['is cut off', /malformed/, async () => truncate(file, ((await stat(file)).size / 8192 / 2) * 8192)],
    ['is empty', /is empty/, () => truncate(file, 0)],
    ['holds something else', /not a database/, () => writeFile(file, 'something else entirely '.repeat(900))],
    ['has a damaged header', /not a database/, () => write(0, Buffer.alloc(100, 7))],
    [
      'is a directory',
      /is a directory/,
      async () => {
        await rm(file);
        await mkdir(folder.join('views.db/inside'), { recursive: true });
      },
    ],
    [
      'is from a later version',
      /later version \(schema 99, not 1\)/,
      async () => {
        using db = new DatabaseSync(file);
        db.exec('pragma user_version = 99');
      },
    ],
    [
      'has other tables of the same names',
      /no such column/,
      async () => {
        await rm(file);
        using db = new DatabaseSync(file);
        db.exec('create table generations (id integer primary key, name text, live integer)');
      },
    ],
  ];

  it.each(damages)('%s, is set aside, and the views are built again', async (_, reason, damage) => {
    await damage();
    const before = (await stat(file)).isFile() ? await readFile(file) : undefined;
    await start();
    await eventually(() => raised.includes('views cleared'));
    expect(raised).toEqual([expect.stringMatching(reason), 'views cleared']);
    expect(raised[0]).toMatch(/views\.db: .*; it was renamed to views\.db\.damaged-\d+\. The views are being built/);
    await expectWhole();
    const [renamed] = (await readdir(folder.path)).filter((name) => name.startsWith('views.db.damaged-'));
    if (before?.includes('something else entirely'))
      expect((await readFile(folder.join(renamed!))).equals(before)).toBe(true);
    await stop();
    raised = [];
    await start();
    expect(raised).toEqual([]);
  });

  it('has lost its write-ahead log, is set aside', async () => {
    await start();
    await projector!.caughtUp('tasks', await eventStore.head());
    const copy = folder.join('copy.db');
    await copyFile(file, copy); // as after kill -9
    await stop();
    await copyFile(copy, file);
    await start();
    expect(raised[0]).toMatch(/its write-ahead log is missing/);
    await expectWhole();
  });

  it('has one flipped byte in a document, is replaced while it is used', async () => {
    const bytes = await readFile(file);
    const at = bytes.lastIndexOf('the title of the task');
    await write(at, Buffer.from('T'));
    open_();
    projector!.start();
    await eventually(() => raised.includes('views cleared'));
    expect(raised[0]).toMatch(/the checksum of document \d+ is wrong/);
    await expectWhole();
    expect((await model!.view(tasks).query({ perPage: 1000 })).data.map(({ title }) => title)).not.toContain(
      'The title of the task',
    );
  });

  it('has zeroes in its pages, is replaced while it is used, also without a new event', async () => {
    const { size } = await stat(file);
    for (let page = 1; page < size / 8192; page += 1) await write(page * 8192, Buffer.alloc(200));
    open_();
    projector!.start();
    await eventually(() => raised.includes('views cleared'));
    await expectWhole();
  });

  it('cannot be written, is set aside where its folder can be', async () => {
    await chmod(file, 0o444);
    await start();
    await expectWhole();
  });

  it('is damaged again and again, keeps three of those that were set aside', async () => {
    for (let time = 0; time < 5; time += 1) {
      await stop();
      await writeFile(file, `no database ${time} `.repeat(900));
      await start();
    }
    expect((await readdir(folder.path)).filter((name) => /damaged-\d+$/.test(name))).toHaveLength(3);
  });
});
