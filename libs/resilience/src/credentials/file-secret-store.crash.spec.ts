import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { FileSecretStore } from '../index.js';

const WRITER = join(import.meta.dirname, '../../test/secret-writer.mjs');

let folder: TemporaryFolder;
const children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await folder.remove();
});

/** A process that counts; `numbers` are those it has reported as stored. */
function counter(times: number) {
  const child = spawn(process.execPath, [WRITER, folder.path, String(times)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  return { child, ended: once(child, 'close'), numbers: () => said.split('\n').slice(0, -1).map(Number) };
}

async function stored(): Promise<number> {
  const found = await new FileSecretStore(folder.path).get('n');
  const text = Buffer.from(found?.value ?? []).toString();
  if (found) expect(text).toHaveLength(4000);
  return Number(text.trim());
}

describe('files of secrets', () => {
  it('lose nothing and count nothing twice when several processes write at once', async () => {
    const all = Array.from({ length: 4 }, () => counter(25));
    for (const { ended } of all) expect(await ended).toEqual([0, null]);
    const numbers = all.flatMap(({ numbers: said }) => said()).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
    expect(await stored()).toBe(100);
  });

  it('contain the last stored value, whole, whenever their writer is killed', async () => {
    let before = 0;
    for (let kill = 0; kill < 15; kill++) {
      const { child, ended, numbers } = counter(0);
      // Killed after another number of writes each time, at whatever line it is then.
      while (numbers().length <= kill % 5) await once(child.stdout!, 'data');
      child.kill('SIGKILL');
      await ended;
      const last = numbers().at(-1)!;
      const now = await stored();
      expect(numbers()[0]).toBe(before + 1);
      // One more may have been stored without being reported.
      expect([last, last + 1]).toContain(now);
      before = now;
    }
  });
});
