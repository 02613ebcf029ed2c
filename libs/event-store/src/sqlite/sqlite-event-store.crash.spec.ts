import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RecordedEvent } from '../port.js';
import { Collector } from '../testing/support.js';
import { SqliteEventStore } from './sqlite-event-store.js';

const WRITER = join(import.meta.dirname, '../../test/crash-writer.mjs');

let folder: TemporaryFolder;
let path: string;
let child: ChildProcess | undefined;

beforeEach(async () => {
  folder = await temporaryFolder();
  path = folder.join('events.db');
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await folder.remove();
});

/** Starts the writer and resolves with its first answers, this many; by then it is dead. */
async function killAfter(answers: number): Promise<string[]> {
  child = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    lines.push(line);
    if (lines.length === answers + 1) child.kill('SIGKILL');
  }
  expect(lines[0]).toBe('open');
  expect(child.signalCode ?? (await once(child, 'exit'))[1]).toBe('SIGKILL');
  return lines.slice(1);
}

async function wholeLog(store: SqliteEventStore): Promise<RecordedEvent[]> {
  const collector = new Collector(store);
  await collector.caughtUp;
  await collector.subscription.stop();
  return collector.events;
}

describe('SqliteEventStore after kill -9', () => {
  it('has every answered append, and every append whole, ten times in a row', async () => {
    const answered = new Map<string, string>();
    for (let round = 0; round < 10; round++) {
      for (const line of await killAfter(1 + round * round * 40)) answered.set(line.split(' ')[1]!, line);
      const store = new SqliteEventStore(path);
      expect(store.epoch).toBe(2 * (round + 1));
      const log = await wholeLog(store);
      await store.close();
      expect(log.map((event) => event.position)).toEqual([...log.keys()]);
      const parts = Map.groupBy(log, (event) => (event.data as { append: string }).append);
      for (const events of parts.values()) {
        expect(events.map((event) => (event.data as { part: number }).part)).toEqual([0, 1, 2]);
        const [first] = events as [RecordedEvent];
        expect(events.map((event) => event.revision - first.revision)).toEqual([0, 1, 2]);
      }
      for (const [append, line] of answered) {
        const last = parts.get(append)?.at(-1);
        expect(`${last?.stream} ${append} ${last?.revision}`).toBe(line);
      }
    }
    expect(answered.size).toBeGreaterThan(10_000);
  }, 60_000);

  it('refuses a file that another process has open, and opens it once that process is dead', async () => {
    child = spawn(process.execPath, [WRITER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout!, 'data');
    expect(() => new SqliteEventStore(path)).toThrow(
      `${path} is in use by another process: stop that process first, or use another file`,
    );
    child.kill('SIGKILL');
    await once(child, 'exit');
    const store = new SqliteEventStore(path);
    await store.ping();
    await store.close();
  });
});
