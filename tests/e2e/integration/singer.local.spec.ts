import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { startStandaloneInstallation, type StandaloneInstallation } from '../../installations/standalone.js';

const PROGRAMS = new URL('../../../libs/connectors/test/', import.meta.url).pathname;

let folder: TemporaryFolder;
let installation: StandaloneInstallation;
let tap: string;
let target: string;

beforeEach(async () => {
  folder = await temporaryFolder();
  await mkdir(folder.join('out'));
  [tap, target] = [await executable('singer-tap'), await executable('singer-target')];
  const settings = { filesRoot: folder.join('files'), singerAllow: [tap, target] };
  installation = await startStandaloneInstallation({ settings });
}, 30_000);

afterEach(async () => {
  await installation.stop();
  await folder.remove();
});

async function executable(name: string): Promise<string> {
  const path = folder.join(name);
  await writeFile(path, `#!${process.execPath}\nrequire(${JSON.stringify(`${PROGRAMS}${name}.cjs`)});\n`);
  await chmod(path, 0o755);
  return path;
}

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    id: `r${n}`,
    updated_at: new Date(Date.UTC(2025, 0, 1, n)).toISOString(),
  }));
const offer = (rows: readonly object[], more: object = {}) =>
  writeFile(folder.join('world.json'), JSON.stringify({ rows, ...more }));
const written = async (): Promise<string[]> => {
  const text = await readFile(folder.join('out/rows.jsonl'), 'utf8');
  const lines = text.trim().split('\n');
  return lines.map((line) => (JSON.parse(line) as { id: string }).id);
};

const connect = (mode: string) =>
  installation.client.connect(
    {
      connector: 'singer',
      config: { executable: tap, settings: { world: folder.join('world.json') } },
      objects: ['rows'],
    },
    {
      destinations: [
        {
          ...{ name: 'copy', connector: 'singer', mode, object: '{object}' },
          config: { executable: target, settings: { folder: folder.join('out') } },
        },
      ],
    },
  );

describe('an integration of a Singer tap and target', () => {
  it('writes every record once, and goes on from the STATE of the tap', async () => {
    await offer(rowsOf(23));
    const id = await connect('append');
    const on = installation.client;
    expect(await on.ended(await on.order(id))).toMatchObject({
      state: 'completed',
      counts: { created: 23, failed: 0 },
    });
    await offer(rowsOf(25));
    expect(await on.ended(await on.order(id))).toMatchObject({ counts: { processed: 2, created: 2 } });
    expect(await written()).toEqual(rowsOf(25).map((row) => row.id));
  });

  it('fails with the cause when the operator does not allow the tap', async () => {
    const on = installation.client;
    const config = { executable: '/usr/bin/env', settings: {} };
    const other = await on.connect({ connector: 'singer', config, objects: ['rows'] }, { destinations: [] });
    expect(await on.ended(await on.order(other))).toMatchObject({
      state: 'failed',
      lastError: { code: 'SOURCE_FORBIDDEN', message: expect.stringContaining('TIDEMARK_SINGER_ALLOW') },
    });
  });
});
