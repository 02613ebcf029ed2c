import { describe, expect, it } from '@jest/globals';
import { Retryable, Terminal, type Delivery } from '@tidemark/messaging';
import { settingAside } from './setting-aside.js';

const message = (id: string) => ({ id }) as Delivery;

/** What handling the message that many times throws. */
async function thrownBy(handler: (delivery: Delivery) => Promise<void>, times: number, id = 'm') {
  const thrown: unknown[] = [];
  for (let i = 0; i < times; i++) await handler(message(id)).catch((error: unknown) => thrown.push(error));
  return thrown;
}

describe('a handler that keeps failing', () => {
  it('sets its message aside at the fifth failure, with the reason, and no other', async () => {
    const handler = settingAside(async ({ id }) => {
      if (id === 'bad') throw new TypeError('no such field');
    });
    const thrown = await thrownBy(handler, 5, 'bad');
    expect(thrown.map((error) => (error as Error).name)).toEqual([...Array(4).fill('TypeError'), 'Terminal']);
    expect((thrown[4] as Terminal).message).toBe('failed 5 times: no such field');
    expect(await thrownBy(handler, 5, 'good')).toEqual([]);
  });

  it('waits for as long as an outage lasts', async () => {
    const down = Object.assign(new Error('gone'), { code: 'EVENT_STORE_UNAVAILABLE' });
    const thrown = await thrownBy(
      settingAside(() => Promise.reject(down)),
      100,
    );
    expect(thrown.every((error) => error instanceof Retryable)).toBe(true);
  });

  it.each([new Retryable('busy', 5), new Terminal('wrong')])('may say itself what becomes of it: %s', async (own) => {
    const thrown = await thrownBy(
      settingAside(() => Promise.reject(own)),
      10,
    );
    expect(new Set(thrown)).toEqual(new Set([own]));
  });
});
