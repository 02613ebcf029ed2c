import { execFile } from 'node:child_process';
import { appendFile, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { idsOf, openForTest, Reader } from '@tidemark/connector-sdk/testing';
import { connector } from './singer.connector.js';

const run = promisify(execFile);
const PACKAGES = ['tap-jsonl==0.3.1', 'target-jsonl==0.1.4'];
const hasPython = await run('python3', ['-c', 'import venv, ensurepip']).then(
  () => true,
  () => false,
);
if (!hasPython) console.warn('Singer programs from PyPI are not tested: there is no Python 3 with venv');

(hasPython ? describe : describe.skip)('Singer programs from PyPI', () => {
  let folder: TemporaryFolder;
  beforeAll(async () => {
    folder = await temporaryFolder();
    // Each in an environment of its own: their dependencies contradict each other.
    for (const one of PACKAGES) {
      const environment = folder.join(one.split('==')[0]!);
      await run('python3', ['-m', 'venv', environment]);
      await run(`${environment}/bin/pip`, ['install', '--quiet', one], { maxBuffer: 2 ** 24 });
    }
  }, 300_000);
  afterAll(() => folder?.remove());

  const executableOf = (name: string) => realpath(folder.join(`${name}/bin/${name}`));

  it('are discovered, read page by page and resumed, and written by', async () => {
    const tap = await executableOf('tap-jsonl');
    const rows = Array.from({ length: 25 }, (_, n) => ({ id: `r${n}`, n, at: new Date(n * 1000).toISOString() }));
    await writeFile(folder.join('rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const settings = {
      path: folder.join('rows*.jsonl'),
      stream_name: 'rows',
      primary_keys: ['id'],
      emit_state_every: 4,
    };
    const connection = { config: { executable: tap, settings }, programs: [tap] };
    await using opened = await openForTest(connector, 'source', connection);
    const objects = await opened.source.objects!(new AbortController().signal);
    expect(objects.map(({ name }) => name)).toEqual(['rows']);
    const reader = new Reader({ connector, object: objects[0]! }, { connection });
    const { records, cursor } = await reader.readInPieces();
    expect(idsOf(records)).toEqual(rows.map(({ id }) => id).sort());
    expect(cursor).toMatchObject({ state: { bookmarks: { rows: expect.any(Object) } } });
    await appendFile(folder.join('rows.jsonl'), '{"id":"r25","n":25,"at":null}\n');
    // This tap reads a file that has changed as a whole.
    expect(idsOf((await reader.readInPieces({ cursor })).records)).toHaveLength(26);

    const target = await executableOf('target-jsonl');
    const out = { executable: target, settings: { destination_path: folder.path, do_timestamp_file: false } };
    const destination = { config: out, programs: [target], filesRoot: folder.path };
    await using written = await openForTest(connector, 'destination', destination);
    const batch = { id: 'b1', mode: 'append', object: 'copy', key: [], rows: rows.map((data) => ({ data })) } as const;
    const { signal } = new AbortController();
    for (let times = 0; times < 2; times++) {
      const results = await written.destination.write(batch, signal);
      expect(results).toHaveLength(25);
    }
    expect((await readdir(folder.path)).filter((name) => name.startsWith('copy'))).toEqual(['copy.jsonl']);
    const copied = (await readFile(folder.join('copy.jsonl'), 'utf8')).trim().split('\n');
    expect(copied.map((line) => JSON.parse(line) as object)).toEqual(rows);
  }, 120_000);
});
