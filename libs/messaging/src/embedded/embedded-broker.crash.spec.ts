import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { expect, it } from '@jest/globals';
import { temporaryFolder } from '@tidemark/test-kit';

// Appends numbers, relays and consumes them, and prints each one handled; with `last` it ends when all are handled.
const PROGRAM = `
  import { SqliteEventStore } from '@tidemark/event-store';
  import { uuidv7 } from '@tidemark/foundation';
  import { EmbeddedBroker } from '@tidemark/messaging';
  const [path, last] = process.argv.slice(-2);
  const log = new SqliteEventStore(path);
  const broker = new EmbeddedBroker(log);
  const first = (await log.head()) + 1;
  const map = (event) => [{ subject: 'tidemark.work.a.b', id: event.id, data: event.data }];
  await broker.relay({ name: 'numbers', source: log, categories: ['number'], map });
  await broker.consume({ durable: 'w', subject: 'tidemark.work.a.*' }, async (delivery) => {
    await new Promise(setImmediate);
    console.log(delivery.data.n + ' ' + delivery.deliverySequence);
  });
  if (last === 'last') {
    await log.append('number-end', [{ id: uuidv7(), type: 'Ended', data: { n: -1 }, metadata: {} }], 'any');
  } else {
    for (let n = first; ; n++) {
      await log.append('number-' + n, [{ id: uuidv7(), type: 'Counted', data: { n }, metadata: {} }], 'no_stream');
      console.log('stored ' + n);
    }
  }
`;

interface Life {
  readonly stored: number[];
  readonly done: number[];
  readonly sequences: number[];
}

/** Runs the program until it has printed this many lines, or has handled -1; then kills it. */
async function live(path: string, lines: number, mode: string): Promise<Life> {
  const args = ['--input-type=module', '-e', PROGRAM, '--', path, mode];
  const child = spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] });
  const life: Life = { stored: [], done: [], sequences: [] };
  let said = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, number] = line.split(' ');
    if (word === 'stored') life.stored.push(Number(number));
    else {
      life.done.push(Number(word));
      life.sequences.push(Number(number));
    }
    if (++said === lines || word === '-1') child.kill('SIGKILL');
  }
  return life;
}

it('loses no message and repeats few when the process is killed at any moment', async () => {
  await using folder = await temporaryFolder();
  const path = folder.join('events.db');
  const lives: Life[] = [];
  for (const lines of [50, 333, 1, 800, 120]) lives.push(await live(path, lines, 'more'));
  lives.push(await live(path, Number.POSITIVE_INFINITY, 'last'));

  const stored = lives.flatMap((life) => life.stored);
  const done = lives.flatMap((life) => life.done);
  const missing = stored.filter((n) => !done.includes(n));
  expect(missing).toEqual([]);
  // Each crash repeats at most the messages acknowledged since the position was last stored.
  expect(done.length - new Set(done).size).toBeLessThan(stored.length);
  const sequences = lives.flatMap((life) => life.sequences);
  expect(sequences).toEqual([...sequences].sort((a, b) => a - b));
});
