import { readdir, readFile, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { WriteRow } from '@tidemark/connector-sdk';
import { temporaryFolder, waitFor } from '@tidemark/test-kit';
import {
  destinationConformance,
  idsOf,
  openForTest,
  Reader,
  sourceConformance,
  TestToken,
} from '@tidemark/connector-sdk/testing';
import { readJsonLines } from './testing/json-lines.js';
import { connector } from './singer.connector.js';
import { executable, TapWorld } from './testing/programs.js';

const object = { name: 'rows', title: 'rows', incremental: true, deletions: false };
const CANARY = /canary/;

sourceConformance('singer', {
  connector,
  object,
  start: (objects) => TapWorld.start(objects),
  without: {
    gatewayTimeout: 'a tap requests its own pages',
    rateLimit: 'a tap waits by itself',
    tokenExpiry: 'a tap does not report it',
  },
  wrong: [
    {
      what: 'a tap that the operator does not allow',
      connection: ({ connection }) => ({ ...connection, programs: [] }),
      code: 'SOURCE_FORBIDDEN',
      field: 'executable',
    },
    {
      what: 'a credential that the tap refuses',
      connection: ({ connection }) => ({ ...connection, config: { ...(connection.config as object), credential: [] } }),
      code: 'SOURCE_UNREACHABLE',
    },
  ],
});

destinationConformance('singer', {
  connector,
  modes: ['append'],
  async start() {
    const root = await temporaryFolder();
    const out = await temporaryFolder();
    const path = await executable(root.path, 'singer-target');
    const settings = { folder: out.path };
    const credential = [{ part: 'password', setting: 'token' }];
    return {
      connection: {
        ...{ config: { executable: path, settings, credential }, credential: new TestToken() },
        ...{ programs: [path], filesRoot: root.path },
      },
      object: 'rows',
      rows: () => readJsonLines(out.join('rows.jsonl')),
      stop: () => out.remove(),
      close: async () => {
        await root.remove();
        await out.remove();
      },
    };
  },
  refused: null,
  wrong: [
    {
      what: 'a target that the operator does not allow',
      connection: ({ connection }) => ({ ...connection, programs: ['/usr/bin/true'] }),
      code: 'DESTINATION_FORBIDDEN',
      field: 'executable',
    },
  ],
});

describe('a tap', () => {
  let world: TapWorld;
  beforeEach(async () => (world = await TapWorld.start(10)));
  afterEach(() => world.close());

  const reading = (limits: object = {}, more: object = {}) => {
    const { connection } = world;
    const config = { ...connection.config, limits, ...more };
    return new Reader({ connector, object }, { connection: { ...connection, config } });
  };
  const isAlive = (pid: number): boolean => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const foldersLeft = async () =>
    (await readdir(tmpdir())).filter((name) => name.startsWith(`tidemark-singer-${process.pid}-`));

  it('has only what the credential gives it in its environment, and its log shows no secret', async () => {
    await reading(
      {},
      {
        credential: [
          { part: 'password', setting: 'token' },
          { part: 'password', variable: 'TAP_TOKEN' },
        ],
      },
    ).read();
    expect(world.log).toContain('singer-tap: environment: TAP_TOKEN=[secret]');
    expect(world.log.join('\n')).not.toMatch(CANARY);
    expect(await foldersLeft()).toEqual([]);
  });

  it('is read from its objects, of which one is selected', async () => {
    await using opened = await openForTest(connector, 'source', world.connection);
    const objects = await opened.source.objects!(new AbortController().signal);
    expect(objects.map(({ name, incremental }) => [name, incremental])).toEqual([
      ['rows', true],
      ['others', true],
    ]);
  });

  it('is read again from its last STATE when its records have changed since, rather than skip one', async () => {
    const reader = reading();
    const first = await reader.read({ pageSize: 3 }, { pages: 2 });
    expect(first.cursor).toMatchObject({ state: { bookmarks: expect.any(Object) }, after: { records: 2 } });
    await world.change('r5');
    const rest = await reader.read({ cursor: first.cursor });
    expect(idsOf(rest.records)).toEqual(['r4', 'r5', 'r6', 'r7', 'r8', 'r9']);
  });

  it.each<[string, object, string, RegExp]>([
    ['dies after 6', {}, 'SOURCE_UNREACHABLE', /^singer-tap ended with exit code 3: .*Traceback: it broke/],
    [
      'invalidJson',
      {},
      'SOURCE_INVALID_RESPONSE',
      /^singer-tap printed what is no Singer message in line 1: it is not JSON/,
    ],
    ['hang', { silentSeconds: 1 }, 'SOURCE_UNREACHABLE', /^singer-tap did nothing for 1 s \(`limits.silentSeconds`\)/],
    [
      'ignores SIGTERM',
      { totalSeconds: 1 },
      'SOURCE_UNREACHABLE',
      /^singer-tap took longer than 1 s \(`limits.totalSeconds`\)/,
    ],
    ['leaves a process', {}, 'SOURCE_UNREACHABLE', /^singer-tap left processes behind/],
    ['leaves a daemon', {}, 'SOURCE_UNREACHABLE', /^singer-tap left processes behind/],
    ['floods stdout', {}, 'SOURCE_INVALID_RESPONSE', /^singer-tap printed a line of more than 16777216 bytes/],
    ['floods stderr', {}, 'SOURCE_UNREACHABLE', /^singer-tap printed more than 67108864 bytes to stderr/],
    ['takes memory', { memoryMiB: 200 }, 'SOURCE_UNREACHABLE', /^singer-tap used more than 200 MiB of memory/],
  ])('that %s is a clear error, and nothing of it is left', async (fault, limits, code, message) => {
    await world.misbehave(fault);
    const error = await reading(limits).failure();
    expect(error).toMatchObject({ name: 'Retryable', code, message: expect.stringMatching(message) });
    if (fault.startsWith('leaves')) {
      const pid = await world.pidOf('child');
      await waitFor(() => !isAlive(pid));
    }
    expect(await foldersLeft()).toEqual([]);
    expect(world.log.length).toBeLessThan(2000);
  });

  it('that ignores SIGTERM is gone when an aborted read is closed', async () => {
    await world.misbehave('ignores SIGTERM');
    const stop = new AbortController();
    const failed = reading().failure({ signal: stop.signal });
    const pid = await world.pidOf('ignores SIGTERM');
    stop.abort(new Error('stopped by the test'));
    await expect(failed).resolves.toThrow('stopped by the test');
    expect(isAlive(pid)).toBe(false);
    expect(await foldersLeft()).toEqual([]);
  });

  it('keeps the records that came before its failure', async () => {
    await world.misbehave('dies after 6');
    const { connection } = world;
    await using opened = await openForTest(connector, 'source', connection);
    const records: string[] = [];
    const pages = opened.source.read({ object: 'rows', pageSize: 2, signal: new AbortController().signal });
    await expect(
      (async () => {
        for await (const page of pages) records.push(...idsOf(page.records));
      })(),
    ).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    expect(records).toEqual(['r0', 'r1', 'r2', 'r3']);
  });

  it('runs only by the path that the operator lists, whatever links and dots lead to it', async () => {
    const { executable: path } = world.connection.config;
    const link = `${world.folder}/link`;
    await symlink('/usr/bin/env', link);
    const dotted = path.replace('/singer-tap', '/./singer-tap');
    for (const [wanted, programs, why] of [
      [link, [path], 'may not run'],
      [link, [path, link], 'is a link to /usr/bin/env, which TIDEMARK_SINGER_ALLOW does not list'],
      [dotted, [path], 'may not run'],
      [dotted, [dotted], 'may not run'],
      [`${path} --help`, [path], 'may not run'],
      [world.folder, [world.folder], 'is not a file'],
    ] as const) {
      const connection = { ...world.connection, programs, config: { ...world.connection.config, executable: wanted } };
      const reader = new Reader({ connector, object }, { connection });
      expect(await reader.failure()).toMatchObject({
        ...{ name: 'Terminal', code: 'SOURCE_FORBIDDEN', field: 'executable' },
        message: expect.stringContaining(why),
      });
    }
  });
});

describe('a target', () => {
  it('gets a SCHEMA with the key of an upsert, types of the rows, and each row once', async () => {
    await using root = await temporaryFolder();
    const path = await executable(root.path, 'singer-target');
    const config = {
      executable: path,
      settings: { folder: root.path },
      schemas: { typed: { id: { type: 'integer' } } },
    };
    await using opened = await openForTest(connector, 'destination', { config, programs: [path] });
    const { signal } = new AbortController();
    const batch = { mode: 'upsert', object: 'rows', key: ['id'] } as const;
    const rows: readonly WriteRow[] = [{ data: { id: '1', a: 1 } }, { data: { id: '2', a: null, b: [true] } }];
    await opened.destination.write({ ...batch, id: 'b1', rows }, signal);
    const again = [{ data: { id: '1', a: 'x' } }];
    expect(await opened.destination.write({ ...batch, id: 'b2', rows: again }, signal)).toEqual([
      { status: 'updated' },
    ]);
    expect(await readJsonLines(root.join('rows.jsonl'))).toEqual([
      { id: '1', a: 'x' },
      { id: '2', a: null, b: [true] },
    ]);
    await opened.destination.write({ ...batch, id: 'b3', rows }, signal);
    expect(JSON.parse(await readFile(root.join('schema.json'), 'utf8'))).toMatchObject({
      properties: { a: { type: ['null', 'number'] }, b: { type: ['array', 'null'] } },
    });
    await opened.destination.write({ ...batch, object: 'typed', id: 'b4', rows: [{ data: { id: 1 } }] }, signal);
    expect(JSON.parse(await readFile(root.join('schema.json'), 'utf8'))).toMatchObject({
      properties: { id: { type: 'integer' } },
    });
  });
});
