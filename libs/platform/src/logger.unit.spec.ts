import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '@tidemark/test-kit';
import { createLogger } from './index.js';

function observed() {
  const lines: Record<string, unknown>[] = [];
  const clock = new FakeClock();
  const to = { write: (text: string) => void lines.push(JSON.parse(text)) };
  return { lines, clock, logger: createLogger('test', 'info', { to, clock: clock as never }) };
}

describe('error lines', () => {
  it('are written once per kind and ten seconds, the last of the others with their number', async () => {
    const { lines, clock, logger } = observed();
    for (let n = 1; n <= 5; n += 1) logger.error(new Error(`job 0199-${n}: "${n}" cannot be loaded`));
    logger.error(new TypeError('job 0199-1: "1" cannot be loaded'));
    expect(lines.map(({ msg }) => msg)).toEqual(Array(2).fill('job 0199-1: "1" cannot be loaded'));
    await clock.advance(10_000);
    expect(lines.slice(2)).toMatchObject([{ msg: 'job 0199-5: "5" cannot be loaded', leftOut: 3 }]);
    logger.error(new Error('job 0199-6: "6" cannot be loaded'));
    await clock.advance(10_000);
    expect(lines.slice(3)).toMatchObject([{ msg: 'job 0199-6: "6" cannot be loaded' }]);
    await clock.advance(10_000);
    logger.error(new Error('job 0199-7: "7" cannot be loaded'));
    expect(lines).toHaveLength(5);
    expect(lines[4]).not.toHaveProperty('leftOut');
  });

  it('of other levels are all written', () => {
    const { lines, logger } = observed();
    for (let n = 0; n < 3; n += 1) logger.log('started');
    expect(lines).toHaveLength(3);
  });

  it('hold no credential, wherever it is in an error', () => {
    const { lines, logger } = observed();
    const cause = Object.assign(new Error('GET https://me:hunter2@host/?access_token=hunter2 failed'), {
      config: { headers: { authorization: 'hunter2' } },
    });
    logger.error(Object.assign(new Error('Authorization: Bearer hunter2'), { request: { password: 'hunter2' } }));
    logger.error(new Error('cannot fetch', { cause }));
    logger.warn('nats://user:hunter2@127.0.0.1:4222 and tmk_hunter2 and {"client_secret":"hunter2"}');
    expect(lines).toHaveLength(3);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
    expect(JSON.stringify(lines)).toContain('caused by: Error: GET https://…@host/?access_token=… failed');
  });
});
