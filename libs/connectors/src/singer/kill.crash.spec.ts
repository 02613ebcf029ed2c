import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@tidemark/test-kit';
import { Reader } from '@tidemark/connector-sdk/testing';
import { connector } from './singer.connector.js';
import { TapWorld } from './testing/programs.js';

const READER = join(import.meta.dirname, '../../test/singer-reader.mjs');
const object = { name: 'rows', title: 'rows', incremental: true, deletions: false };

describe('a singer source, killed', () => {
  it('leaves a tap and a secret config that the next read ends and removes', async () => {
    const world = await TapWorld.start(3, { secret: false });
    await world.misbehave('ignores SIGTERM');
    const { config, programs } = world.connection;
    const reader = spawn(process.execPath, [READER, JSON.stringify({ config, programs })], { stdio: 'inherit' });
    const tap = await world.pidOf('ignores SIGTERM');
    reader.kill('SIGKILL');
    await once(reader, 'exit');
    const left = async () =>
      (await readdir(tmpdir())).filter((name) => name.startsWith(`tidemark-singer-${reader.pid}-`));
    expect(await left()).toHaveLength(1);
    await world.misbehave('');
    const { records } = await new Reader({ connector, object }, world).read();
    expect(records).toHaveLength(3);
    expect(await left()).toEqual([]);
    await waitFor(() => {
      try {
        return !process.kill(tap, 0);
      } catch {
        return true;
      }
    });
    await world.close();
  });
});
