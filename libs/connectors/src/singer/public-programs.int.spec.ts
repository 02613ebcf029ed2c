import { execFile } from 'node:child_process';
import { mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import {
  destinationConformance,
  idsOf,
  Reader,
  sourceConformance,
  type SourceWorld,
} from '@tidemark/connector-sdk/testing';
import { connector } from './singer.connector.js';
import { readJsonLines } from './testing/json-lines.js';

const run = promisify(execFile);
const hasPython = await run('python3', ['-c', 'import venv, ensurepip']).then(
  () => true,
  () => false,
);
jest.setTimeout(300_000);

let installed: Promise<TemporaryFolder> | undefined;
afterAll(async () => (await installed)?.remove());

/** The program of a package, each in an environment of its own: their dependencies contradict each other. */
async function program(name: 'tap-jsonl' | 'target-jsonl'): Promise<string> {
  installed ??= (async () => {
    const folder = await temporaryFolder();
    for (const one of ['tap-jsonl==0.3.1', 'target-jsonl==0.1.4']) {
      const environment = folder.join(one.split('==')[0]!);
      await run('python3', ['-m', 'venv', environment]);
      await run(`${environment}/bin/pip`, ['install', '--quiet', one], { maxBuffer: 2 ** 24 });
    }
    return folder;
  })();
  return realpath((await installed).join(`${name}/bin/${name}`));
}

interface TapWorld extends SourceWorld {
  readonly connection: { readonly config: object; readonly programs: readonly string[] };
}

async function startTap(objects: number): Promise<TapWorld> {
  const tap = await program('tap-jsonl');
  const root = await temporaryFolder();
  const rows = Array.from({ length: objects }, (_, n): Record<string, unknown> => ({ id: `r${n}`, n }));
  const save = () => writeFile(root.join('rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await save();
  const settings = { path: root.join('rows.jsonl'), stream_name: 'rows', primary_keys: ['id'], emit_state_every: 4 };
  return {
    connection: { config: { executable: tap, settings }, programs: [tap] },
    ids: () => rows.map((row) => row['id'] as string).filter(Boolean),
    async add(count) {
      const ids = Array.from({ length: count }, (_, n) => `r${rows.length + n}`);
      rows.push(...ids.map((id) => ({ id, n: 0 })));
      await save();
      return ids;
    },
    async change(id) {
      rows.find((row) => row['id'] === id)!['n'] = -1;
      await save();
    },
    async addWithoutId() {
      rows.push({ id: null, n: 0 });
      await save();
    },
    close: () => root.remove(),
  };
}

// It reads a file as a whole, whatever its bookmark.
const object = { name: 'rows', title: 'rows', incremental: false, deletions: false };
const ITS_OWN = 'the tap does as it does';

if (hasPython) {
  sourceConformance('singer with tap-jsonl from PyPI', {
    connector,
    object,
    start: startTap,
    without: {
      ...{ cut: ITS_OWN, invalidJson: ITS_OWN, hang: ITS_OWN, unavailable: ITS_OWN, gatewayTimeout: ITS_OWN },
      ...{ rateLimit: ITS_OWN, tokenExpiry: ITS_OWN, since: ITS_OWN },
    },
    wrong: [
      {
        what: 'a tap that the operator does not allow',
        connection: ({ connection }) => ({ ...connection, programs: [] }),
        code: 'SOURCE_FORBIDDEN',
        field: 'executable',
      },
    ],
  });

  destinationConformance('singer with target-jsonl from PyPI', {
    connector,
    modes: ['append'],
    async start() {
      const target = await program('target-jsonl');
      const root = await temporaryFolder();
      const out = root.join('out');
      await mkdir(out);
      const settings = { destination_path: out, do_timestamp_file: false };
      return {
        connection: { config: { executable: target, settings }, programs: [target], filesRoot: root.path },
        object: 'rows',
        rows: () => readJsonLines(`${out}/rows.jsonl`),
        async stop() {
          await rm(out, { recursive: true });
          await writeFile(out, 'a file where the folder was');
        },
        close: () => root.remove(),
      };
    },
    refused: null,
    wrong: [],
  });
}

(hasPython ? describe : describe.skip)('tap-jsonl (needs Python 3 with venv)', () => {
  it('goes on from its own STATE', async () => {
    const world = await startTap(9);
    const reader = new Reader({ connector, object }, world);
    const first = await reader.readInPieces();
    expect(first.cursor).toMatchObject({ state: { bookmarks: { rows: expect.any(Object) } } });
    await world.add(1);
    expect(idsOf((await reader.read({ cursor: first.cursor })).records)).toContain('r9');
    await world.close();
  });
});
