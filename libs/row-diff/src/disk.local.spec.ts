import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileBlobStore } from '@tidemark/blob-store';
import { type TemporaryFolder, temporaryFolder } from '@tidemark/test-kit';
import { compare } from './compare.js';
import { MemoryStore, outcomeOf, seeded } from './compare.fixtures.js';
import type { CompareOptions } from './options.js';
import type { Row } from './row.js';

const MEBIBYTE = 1024 * 1024;
const LIMIT = MEBIBYTE;

let folder: TemporaryFolder;
let options: CompareOptions;

beforeEach(async () => {
  folder = await temporaryFolder();
  options = {
    ...{ key: ['id'], snapshots: new FileBlobStore(folder.join('blobs')) },
    ...{ tempDir: folder.join('temp'), memoryLimit: LIMIT },
  };
});
afterEach(() => folder.remove());

function* rowsOf(count: number, from = 0): Generator<Row> {
  for (let i = from; i < from + count; i++)
    yield { id: (i * 7919) % 1_000_003, name: `row ${i}`, note: 'x'.repeat(100) };
}

const filesIn = (path: string): Promise<string[]> => readdir(path).catch(() => []);

/** Number of unlinked files that this process still holds open, where the system reports it. */
async function openFiles(): Promise<number> {
  if (process.platform !== 'linux') return 0;
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
  return (await Promise.all(links)).filter((path) => path.startsWith(folder.join('temp'))).length;
}

describe('a comparison', () => {
  it('that fits never touches the disk', async () => {
    const { spilledBytes } = await outcomeOf(rowsOf(1000), options);
    expect(spilledBytes).toBe(0);
    expect(await filesIn(folder.path)).toEqual(['blobs']);
  });

  it('that does not fit has the same outcome, with several times its memory', async () => {
    const [small, large] = [options, { ...options, memoryLimit: 256 * MEBIBYTE }];
    const first = await outcomeOf(rowsOf(40_000), small);
    expect(first.spilledBytes).toBeGreaterThan(5 * LIMIT);
    expect((await outcomeOf(rowsOf(40_000), large)).snapshot).toEqual(first.snapshot);
    const now = () => rowsOf(40_000, 400);
    const previous = first.snapshot.id;
    const [one, other] = [
      await outcomeOf(now(), { ...small, previous }),
      await outcomeOf(now(), { ...large, previous }),
    ];
    expect(one.counts).toEqual({ ...one.counts, added: 400, removed: 400, unchanged: 39_600 });
    expect(one.differences).toEqual(other.differences);
    expect(one.snapshot).toEqual(other.snapshot);
    expect(await openFiles()).toBe(0);
  });

  it('accepts a row that is larger than its memory', async () => {
    const rows = [{ id: 1, a: 'x'.repeat(3 * LIMIT) }, ...rowsOf(100, 5)].map(({ id, ...rest }) => ({ id, v: rest }));
    const { snapshot, differences } = await outcomeOf(rows, options);
    expect(differences).toHaveLength(101);
    const changed = [...rows.slice(1), { id: 1, v: { a: `${'x'.repeat(3 * LIMIT - 1)}y` } }];
    const again = await outcomeOf(changed, { ...options, previous: snapshot.id });
    expect(again.differences).toEqual([
      { type: 'changed', key: [1], row: changed.at(-1), columns: ['v'], cause: 'data' },
    ]);
  });

  it('with a key that distinguishes few rows stays within its memory, and the first row of each counts', async () => {
    const rows = Array.from({ length: 30_000 }, (_, i) => ({
      status: `status ${i % 3}`,
      note: `${i} ${'x'.repeat(100)}`,
    }));
    const { differences, counts, spilledBytes } = await outcomeOf(rows, { ...options, key: ['status'] });
    expect(counts).toMatchObject({ added: 3, duplicateKey: 29_997 });
    expect(differences.filter(({ type }) => type === 'added')).toHaveLength(3);
    for (const row of rows.slice(0, 3)) expect(differences).toContainEqual({ type: 'added', key: [row.status], row });
    const numbers = differences.flatMap((d) => (d.type === 'duplicateKey' ? [d.rowNumber] : []));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 29_997 }, (_, i) => i + 4));
    expect(spilledBytes).toBeLessThan(10 * LIMIT);
  });

  it('accepts more failed keys than fit in its memory, from a stream', async () => {
    const comparison = compare(rowsOf(50_000), options);
    for await (const _ of comparison);
    const random = seeded(5);
    const failed = [...rowsOf(50_000)].filter(({ id }) => Number(id) % 50 !== 0).sort(() => random() - 0.5);
    const { id } = await comparison.commit(
      (async function* () {
        for (const row of failed) yield [row['id']];
      })(),
    );
    const { counts } = await outcomeOf(rowsOf(50_000), { ...options, previous: id });
    expect(counts).toMatchObject({ added: failed.length, unchanged: 50_000 - failed.length, removed: 0, changed: 0 });
  });
});

describe('work that is interrupted leaves no file behind', () => {
  const rows = 20_000;

  it('when it is aborted while it reads', async () => {
    const end = new AbortController();
    const aborting = (function* () {
      yield* rowsOf(rows);
      end.abort(new Error('cancelled'));
      yield* rowsOf(rows, rows);
    })();
    await expect(outcomeOf(aborting, { ...options, signal: end.signal })).rejects.toThrow('cancelled');
    expect([await filesIn(folder.join('temp')), await openFiles()]).toEqual([[], 0]);
  });

  it('when it is aborted between two differences, and not read again', async () => {
    const end = new AbortController();
    const comparison = compare(rowsOf(rows), { ...options, signal: end.signal });
    await comparison.next();
    expect(comparison.spilledBytes).toBeGreaterThan(LIMIT);
    end.abort();
    await expect(comparison.next()).rejects.toMatchObject({ name: 'AbortError' });
    expect([await filesIn(folder.join('temp')), await openFiles()]).toEqual([[], 0]);
  });

  it('when it is aborted while it commits', async () => {
    const end = new AbortController();
    const snapshots = new MemoryStore();
    const comparison = compare(rowsOf(rows), { ...options, snapshots, signal: end.signal });
    for await (const _ of comparison);
    const failed = (function* () {
      for (const { id } of rowsOf(rows)) yield [id];
      end.abort(new Error('cancelled'));
    })();
    await expect(comparison.commit(failed)).rejects.toThrow('cancelled');
    await expect(comparison.commit()).rejects.toThrow('cancelled');
    expect([snapshots.blobs.size, await openFiles()]).toEqual([0, 0]);
  });

  it('when the rows fail', async () => {
    const failing = (function* () {
      yield* rowsOf(rows);
      throw new Error('the source is gone');
    })();
    await expect(outcomeOf(failing, options)).rejects.toThrow('the source is gone');
    expect([await filesIn(folder.join('temp')), await openFiles()]).toEqual([[], 0]);
  });

  it('when the consumer stops, discards, or never commits but disposes', async () => {
    for await (const _ of compare(rowsOf(rows), options)) break;
    const discarded = compare(rowsOf(rows), options);
    for await (const _ of discarded);
    await discarded.discard();
    {
      await using disposed = compare(rowsOf(rows), options);
      await disposed.next();
    }
    expect([await filesIn(folder.join('temp')), await openFiles()]).toEqual([[], 0]);
  });

  it('when the disk cannot be written', async () => {
    await writeFile(folder.join('temp'), 'a file where the folder should be');
    await expect(outcomeOf(rowsOf(rows), options)).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('when its process is killed; leftovers of others are removed by the next one', async () => {
    const child = new Child(`
      import { compare } from '@tidemark/row-diff';
      const rows = function* () {
        for (let id = 0; ; id++) {
          yield { id, note: 'x'.repeat(200) };
          if (id === 20_000) process.stdout.write('spilled\\n');
        }
      };
      for await (const _ of compare(rows(), { key: ['id'], tempDir: ${JSON.stringify(folder.join('temp'))},
        memoryLimit: ${LIMIT}, snapshots: {} }));`);
    await child.said('spilled');
    const pid = await child.kill();
    expect(await filesIn(folder.join('temp'))).toEqual([]);

    // Killed between the creation of the file and its unlinking: only then can one stay.
    const left = (id: number) => folder.join('temp', `tidemark-rows-${id}-01234567-89ab-cdef-0123-456789abcdef`);
    await mkdir(folder.join('temp'), { recursive: true });
    await writeFile(left(pid), '');
    await writeFile(left(process.pid), '');
    await writeFile(folder.join('temp', 'of-another-program'), '');
    await outcomeOf(rowsOf(rows), options);
    const alive = `tidemark-rows-${process.pid}-01234567-89ab-cdef-0123-456789abcdef`;
    expect((await filesIn(folder.join('temp'))).sort()).toEqual(['of-another-program', alive].sort());
  });
});

describe('memory', () => {
  it('does not grow with the number of rows: what is held of 300,000 is what is held of 100,000', async () => {
    const child = new Child(
      `
      import { compare } from '@tidemark/row-diff';
      import { FileBlobStore } from '@tidemark/blob-store';
      const folder = ${JSON.stringify(folder.path)};
      const store = new FileBlobStore(folder);
      let held = 0;
      // After a collection: so neither the machine's speed nor the collector's moment counts.
      const measure = () => {
        gc();
        const { heapUsed, arrayBuffers } = process.memoryUsage();
        held = Math.max(held, heapUsed + arrayBuffers);
      };
      const measured = async function* (items, every) {
        let n = 0;
        for await (const item of items) {
          if (n++ % every === 0) measure();
          yield item;
        }
      };
      const snapshots = { get: (id) => measured(store.get(id), 8), put: (source) => store.put(measured(source, 8)) };
      const options = { key: ['id'], tempDir: folder, snapshots, memoryLimit: ${8 * MEBIBYTE} };
      const rows = function* (count, text) {
        for (let id = 0; id < count; id++) yield { id, note: 'x'.repeat(200) + (id % 2 === 0 ? text : '') };
      };
      const result = {};
      for (const count of [1000, 100_000, 300_000]) {
        held = 0;
        const counts = [];
        let previous;
        for (const text of ['one', 'two']) {
          const comparison = compare(measured(rows(count, text), 10_000), { ...options, previous });
          const failed = [];
          for await (const { key } of measured(comparison, 10_000)) if (key[0] % 2 === 0 && failed.length < 1000) failed.push(key);
          previous = (await comparison.commit(failed)).id;
          counts.push({ ...comparison.counts });
        }
        result[count] = { counts, held };
      }
      process.stdout.write(JSON.stringify(result) + '\\n');`,
      ['--expose-gc', '--max-old-space-size=48', '--max-semi-space-size=4'],
    );
    const result = await child.result<Record<string, { counts: object[]; held: number }>>();
    const [few, some, many] = [result[1000]!, result[100_000]!, result[300_000]!];
    expect(many.counts).toMatchObject([{ added: 300_000 }, { added: 1000, changed: 149_000 }]);
    // The additional rows are 50 MiB; only the index of previous rows may grow, by 3 bytes a row beyond its fixed table.
    expect(many.held - some.held).toBeLessThan(2 * MEBIBYTE);
    expect(many.held - few.held).toBeLessThan(3 * 8 * MEBIBYTE);
  }, 120_000);
});

/** A separate process that imports the packages' built files. */
class Child {
  readonly #process: ChildProcess;
  #output = '';
  #errors = '';

  constructor(script: string, flags: readonly string[] = []) {
    this.#process = spawn(process.execPath, [...flags, '--input-type=module', '--eval', script], {
      cwd: new URL('..', import.meta.url),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    this.#process.stdout!.setEncoding('utf8').on('data', (part: string) => (this.#output += part));
    this.#process.stderr!.setEncoding('utf8').on('data', (part: string) => (this.#errors += part));
  }

  async said(line: string): Promise<void> {
    const ended = once(this.#process, 'close').then(() => true);
    while (!this.#output.split('\n').includes(line)) {
      if (await Promise.race([once(this.#process.stdout!, 'data').then(() => false), ended])) throw this.#failure();
    }
  }

  async kill(): Promise<number> {
    const closed = once(this.#process, 'close');
    this.#process.kill('SIGKILL');
    await closed;
    return this.#process.pid!;
  }

  async result<T>(): Promise<T> {
    await once(this.#process, 'close');
    if (this.#process.exitCode !== 0) throw this.#failure();
    return JSON.parse(this.#output.trim().split('\n').at(-1)!) as T;
  }

  #failure(): Error {
    return new Error(`the child process ended with ${this.#process.exitCode}: ${this.#errors}`);
  }
}
