import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { Client } from '../installations/client.js';
import { Program } from '../installations/program.js';

let folder: TemporaryFolder;
let program: Program;
beforeEach(async () => void (folder = await temporaryFolder()));
afterEach(async () => {
  await program.stop();
  await folder.remove();
});

it("an installation's data belongs to its user alone, also what an earlier version left", async () => {
  const data = folder.join('data');
  await mkdir(join(data, 'blobs'), { recursive: true });
  await writeFile(join(data, 'blobs', 'old'), '');
  for (const path of [data, join(data, 'blobs')]) await chmod(path, 0o755);
  await chmod(join(data, 'blobs', 'old'), 0o644);
  const key = 'tmk_data-folder';
  program = new Program('standalone', { TIDEMARK_DATA_DIR: data, TIDEMARK_API_KEY: key, TIDEMARK_DEMO: 'off' });
  const client = new Client(await program.url(), key);
  await client.connect();
  const entries = await readdir(data, { recursive: true });
  expect(entries).toEqual(expect.arrayContaining(['events.db', 'views.db', 'blobs/old']));
  for (const path of [data, ...entries.map((entry) => join(data, entry))]) {
    const stats = await stat(path);
    expect([path, (stats.mode & 0o777).toString(8)]).toEqual([path, stats.isDirectory() ? '700' : '600']);
  }
});
