import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, describe, it } from '@jest/globals';
import { temporaryFolder } from '@tidemark/test-kit';
import { openForTest } from '@tidemark/connector-sdk/testing';
import { connector } from './files.connector.js';

const WRITER = join(import.meta.dirname, '../../test/files-writer.mjs');
const BATCHES = 60;
const ROWS = 2000;

/** Writes from a batch on, in a process killed after a number of batches; returns the last batch it reported. */
async function writeAndDie(root: string, format: string, first: number, after: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, root, format, String(first), String(BATCHES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = 0;
  let last = first - 1;
  for await (const line of createInterface(child.stdout)) {
    last = Number(line);
    // At a random point in the next batch.
    if (++said === after) setTimeout(() => child.kill('SIGKILL'), (after * 7) % 10);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return last;
}

describe('a files destination, killed', () => {
  it.each(['jsonl', 'csv'])('has every row of every batch once, and none torn (%s)', async (format) => {
    await using root = await temporaryFolder();
    let kills = 0;
    // A killed process does not know the outcome of its last batch, and repeats it.
    for (let next = 1; next <= BATCHES; kills++)
      next = (await writeAndDie(root.path, format, next, 2 + (kills % 4))) + 1;
    expect(kills).toBeGreaterThan(8);
    const config = { format, objects: [{ name: 'rows', files: 'rows.*', key: ['id'] }] };
    await using opened = await openForTest(connector, 'source', { config, filesRoot: root.path });
    const ids: string[] = [];
    for await (const page of opened.source.read({
      object: 'rows',
      pageSize: 50_000,
      signal: new AbortController().signal,
    })) {
      expect(page.problems).toEqual([]);
      ids.push(...page.records.map(({ externalId }) => externalId));
    }
    expect(ids).toHaveLength(BATCHES * ROWS);
    expect(new Set(ids).size).toBe(BATCHES * ROWS);
  });
});
