import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import type { JobEventView } from '@tidemark/contracts';
import { signal } from '@tidemark/test-kit';
import { eventStream } from './event-stream.js';

const event = (revision: number, text = ''): JobEventView => ({
  revision,
  type: 'E',
  at: 'now',
  message: 'it happened',
  data: { text },
});
const line = (revision: number) => `id: ${revision}\ndata: ${JSON.stringify(event(revision))}\n\n`;
const nothing = () => undefined;

describe('eventStream', () => {
  it('writes each event with its revision, and says when no more will follow', async () => {
    async function* rest() {
      yield [event(2), event(3)];
    }
    const text = (await Array.fromAsync(eventStream([event(1)], rest(), nothing))).join('');
    expect(text).toBe(`retry: 1000\n\n${line(1)}${line(2)}${line(3)}event: end\ndata: {}\n\n`);
  });

  it('does not say so when it was cut off', async () => {
    async function* rest() {
      yield [event(2)];
      return 'aborted' as const;
    }
    const text = (await Array.fromAsync(eventStream([event(1)], rest(), nothing))).join('');
    expect(text).toBe(`retry: 1000\n\n${line(1)}${line(2)}`);
  });

  it('sends heartbeats while there are no events, and loses no event', async () => {
    const coming = signal<JobEventView[]>();
    async function* rest() {
      yield await coming.promise;
    }
    const stream = eventStream([event(0)], rest(), nothing, 1);
    let text = '';
    for await (const chunk of stream) {
      text += chunk;
      if (chunk.toString() === ': beat\n\n') coming.resolve([event(1)]);
    }
    expect(text.replaceAll(': beat\n\n', '')).toBe(`retry: 1000\n\n${line(0)}${line(1)}event: end\ndata: {}\n\n`);
  });

  it('fetches no more than a few pages ahead of a reader that does not read', async () => {
    let pages = 0;
    async function* rest() {
      for (;;) {
        pages++;
        yield [event(pages, 'x'.repeat(10_000))];
      }
    }
    const stream = eventStream([event(0)], rest(), nothing);
    await once(stream, 'readable');
    for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    expect(pages).toBeLessThan(10);
    stream.destroy();
  });

  it.each([
    ['has not read yet', 0],
    ['has read', 1],
  ])('stops its source when the reader leaves who %s', async (_, chunks) => {
    const released = signal<void>();
    const stopped = signal<void>();
    async function* rest() {
      try {
        yield [event(1)];
        await stopped.promise;
      } finally {
        released.resolve();
      }
    }
    const source = rest();
    await source.next();
    const stream = eventStream([event(0)], source, () => stopped.resolve());
    if (chunks > 0) await once(stream, 'data');
    stream.destroy();
    await released.promise;
  });
});
