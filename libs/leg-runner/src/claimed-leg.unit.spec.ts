import { beforeEach, describe, expect, it } from '@jest/globals';
import { BlobStoreUnavailable } from '@tidemark/blob-store';
import type { ClaimGranted } from '@tidemark/contracts';
import { Retryable } from '@tidemark/messaging';
import { MAX_REPORT_BYTES, StageFailed } from '@tidemark/pipelines';
import { RateLimited, Terminal } from '@tidemark/resilience';
import { awayFor, CountingOpener, LegWorld, refusing, untilStopped, type TestStage } from './testing/leg-world.js';

let world: LegWorld;
beforeEach(() => {
  world = new LegWorld();
});

/** Runs everything that does not wait for a timer. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function advance(milliseconds: number): Promise<void> {
  await settled();
  await world.clock.advance(milliseconds);
  await settled();
}

describe('a leg', () => {
  it('runs its stages in order and reports each, with the outputs of earlier ones', async () => {
    const write: TestStage = async (context) => ({ output: { of: context.output('read') } });
    await world.leg({ read: async () => ({ output: { rows: 2 }, counts: { total: 2 } }), write }).run();
    expect(world.requests).toMatchObject([
      { verb: 'complete-stage', data: { stage: 'read', output: { rows: 2 }, counts: { total: 2 } } },
      { verb: 'complete-stage', data: { stage: 'write', output: { of: { rows: 2 } } } },
    ]);
  });

  it('knows its job, its parameters and where to resume reading', async () => {
    let known: object = {};
    const read: TestStage = async ({ job, parameters, cursor, source }) => {
      known = { job, parameters, cursor, source };
      return { output: {} };
    };
    await world.leg({ read }, { cursor: { at: 3 } }).run();
    expect(known).toEqual({
      job: {
        id: 'job-1',
        tenant: 'acme',
        connectionId: 'connection-1',
        type: 'full',
        trigger: 'api',
        attempt: 1,
        correlationId: 'request-1',
      },
      parameters: { object: 'rows' },
      cursor: { at: 3 },
      source: { connector: 'example', config: {} },
    });
  });

  it('ends when the coordinator requires it', async () => {
    world.answers['complete-stage'] = () => ({ ended: true });
    await world.leg({}).run();
    expect(world.verbs()).toEqual(['complete-stage']);
  });

  it('repeats a report until the coordinator responds', async () => {
    world.answers['complete-stage'] = awayFor(3);
    const running = world.leg({}).run();
    for (let pause = 0; pause < 4; pause += 1) await advance(2000);
    await running;
    expect(world.reported('complete-stage').map(({ stage }) => stage)).toEqual([
      'read',
      'read',
      'read',
      'read',
      'write',
    ]);
  });

  it('runs the work of a coordinator that names neither pipeline nor source', async () => {
    const { pipeline: _, source: __, destinations: ___, checkpoint: ____, ...old } = {} as ClaimGranted;
    const granted = { ...old, pipeline: undefined, source: undefined, destinations: undefined, connector: 'openapi' };
    const leg = world.leg({}, granted as never);
    await leg.run();
    expect([leg.needsNewer, world.verbs()]).toEqual([true, ['release-claim']]);
  });
});

describe('heartbeats', () => {
  it('start with each stage, are sent every few seconds, keep the message, and end with the leg', async () => {
    const leg = world.leg({ read: untilStopped });
    const running = leg.run();
    await advance(5000);
    await advance(5000);
    expect(world.heartbeats).toHaveLength(3);
    expect(world.heartbeats[0]).toEqual({ jobId: 'job-1', claim: 7, stage: 'read' });
    expect(world.extensions).toBe(2);
    leg.stop('fenced');
    await running;
    await advance(60_000);
    expect(world.heartbeats).toHaveLength(3);
    expect(world.clock.timers).toBe(0);
  });

  it('carry progress, but not more often than four times a second', async () => {
    const read: TestStage = async ({ progress }) => {
      for (let percent = 1; percent <= 100; percent += 1) {
        progress({ percent });
        await world.clock.advance(10);
      }
      return { output: {} };
    };
    await world.leg({ read }).run();
    const percents = world.heartbeats.filter(({ stage }) => stage === 'read').map(({ percent }) => percent);
    expect(percents).toEqual([undefined, 26, 51, 76]);
  });
});

describe('a checkpoint', () => {
  const checkpoints: TestStage = async (context) => {
    await context.checkpoint({ cursor: { page: 1 }, counts: { processed: 10 }, metrics: { pages: 1 } });
    await context.checkpoint({ cursor: { page: 2 }, counts: { processed: 20 }, metrics: { pages: 2 } });
    return { output: {} };
  };

  it('is reported with its number in the stage', async () => {
    await world.leg({ read: checkpoints, write: checkpoints }).run();
    expect(world.reported('save-checkpoint')).toMatchObject([
      { stage: 'read', sequence: 1, cursor: { page: 1 } },
      { stage: 'read', sequence: 2, cursor: { page: 2 } },
      { stage: 'write', sequence: 1 },
      { stage: 'write', sequence: 2 },
    ]);
  });

  it('is where a successor resumes, in that stage alone', async () => {
    const seen: unknown[] = [];
    const look: TestStage = async ({ resumeFrom }) => {
      seen.push(resumeFrom);
      return { output: {} };
    };
    await world.leg({ read: look, write: look }, { checkpoint: { cursor: { page: 2 } } }).run();
    expect(seen).toEqual([{ cursor: { page: 2 } }, null]);
  });

  it('that is refused stops the stage: another claim took over', async () => {
    world.answers['save-checkpoint'] = refusing('STALE_CLAIM');
    let after = false;
    const read: TestStage = async (context) => {
      await context.checkpoint({ cursor: {} });
      after = true;
      return { output: {} };
    };
    await world.leg({ read }).run();
    expect(after).toBe(false);
    expect(world.verbs()).toEqual(['save-checkpoint']);
  });
});

describe('a failing stage', () => {
  const failingWith = async (error: unknown) => {
    await world
      .leg({
        read: async () => {
          throw error;
        },
      })
      .run();
    return world.reported('fail-stage')[0];
  };

  it('is reported with its code, whether to retry, and when', async () => {
    const failed = new StageFailed('OUT_OF_MEMORY', 'too large', { retryable: false });
    expect(await failingWith(failed)).toMatchObject({
      error: { code: 'OUT_OF_MEMORY', message: 'too large' },
      retryable: false,
    });
    expect(world.verbs()).toEqual(['fail-stage']);
  });

  it.each<[string, unknown, object]>([
    ['a final one', new Terminal('SOURCE_INVALID', 'no JSON'), { error: { code: 'SOURCE_INVALID' }, retryable: false }],
    [
      'a rate limit',
      new RateLimited('RATE_LIMITED', 'slow down', { until: 0, retryAfterMs: 900 }),
      { error: { code: 'RATE_LIMITED' }, retryable: true, retryAfterMs: 900 },
    ],
    [
      'a store that is down',
      new BlobStoreUnavailable('timeout'),
      { error: { code: 'BLOB_STORE_UNAVAILABLE', message: expect.any(String) }, retryable: true },
    ],
    ['a mistake', new TypeError('x is null'), { error: { code: 'INTERNAL', message: 'x is null' }, retryable: true }],
    [
      'a file that cannot be opened',
      new Error("ENOENT: no such file, open '/srv/my data/blobs/ab/cd' (at C:\\data\\x)"),
      { error: { code: 'INTERNAL', message: "ENOENT: no such file, open '…' (at …)" }, retryable: true },
    ],
    ['a text', 'no', { error: { code: 'INTERNAL', message: 'no' }, retryable: true }],
    [
      'a foreign error with a code',
      Object.assign(new Error('no such file'), { code: 'ENOENT', retryable: false }),
      { error: { code: 'INTERNAL' }, retryable: true },
    ],
  ])('becomes one kind of failure: %s', async (_, error, expected) => {
    expect(await failingWith(error)).toMatchObject(expected);
  });

  it.each<[string, TestStage, string]>([
    ['an unknown metric', async () => ({ output: {}, metrics: { rows: 1 } }), 'STAGE_UNDECLARED'],
    ['an early result', async () => ({ output: {}, finish: 'succeeded' }), 'STAGE_UNDECLARED'],
    ['a fact', async () => ({ output: {}, facts: [{ type: 'Unheard', data: {} } as never] }), 'STAGE_UNDECLARED'],
    ['too much output', async () => ({ output: { text: 'x'.repeat(MAX_REPORT_BYTES) } }), 'STAGE_REPORT_TOO_LARGE'],
    [
      'too large a checkpoint',
      async ({ checkpoint }) => {
        await checkpoint({ cursor: { text: 'x'.repeat(MAX_REPORT_BYTES) } });
        return { output: {} };
      },
      'STAGE_REPORT_TOO_LARGE',
    ],
  ])('is one that reports %s', async (_, read, code) => {
    await world.leg({ read }).run();
    expect(world.reported('fail-stage')).toMatchObject([{ error: { code }, retryable: false }]);
  });
});

describe('a leg that is stopped', () => {
  it.each([
    ['cancelled', ['confirm-cancel']],
    ['fenced', []],
  ] as const)('because it is %s drops the message', async (reason, verbs) => {
    const leg = world.leg({ read: untilStopped });
    const running = leg.run();
    await settled();
    leg.stop(reason);
    await running;
    expect(world.verbs()).toEqual(verbs);
  });

  it('with its runner gives its claim back, so that it does not count as lost', async () => {
    const running = world.leg({ read: untilStopped }).run();
    await settled();
    world.draining.abort();
    await running;
    expect(world.verbs()).toEqual(['release-claim']);
  });

  it('with its runner gives the message back when the coordinator does not take the claim', async () => {
    world.answers['release-claim'] = refusing('INTERNAL');
    const running = world.leg({ read: untilStopped }).run();
    await settled();
    world.draining.abort();
    await expect(running).rejects.toThrow(Retryable);
  });

  it('abandons a stage that ignores its signal', async () => {
    const leg = world.leg({ read: () => new Promise(() => {}) });
    const running = leg.run();
    await settled();
    leg.stop('cancelled');
    await advance(500);
    await running;
    expect(world.verbs()).toEqual(['confirm-cancel']);
  });
});

describe('connectors', () => {
  it('are opened once per stage and closed with it, regardless of how it ends', async () => {
    const opener = new CountingOpener();
    world.opener = opener;
    const read: TestStage = async ({ open }) => {
      await Promise.all([open.source(), open.source(), open.destination('ledger'), open.destination('ledger')]);
      expect(opener.open).toBe(2);
      return { output: {} };
    };
    const write: TestStage = async ({ open }) => {
      await open.destination('ledger');
      throw new Error('the disk is full');
    };
    await world.leg({ read, write }).run();
    expect(opener).toMatchObject({ open: 0, opened: 3 });
  });

  it('must be those of the connection', async () => {
    world.opener = new CountingOpener();
    const read: TestStage = async ({ open }) => {
      await open.destination('lake');
      return { output: {} };
    };
    await world.leg({ read }).run();
    expect(world.reported('fail-stage')).toMatchObject([
      { error: { code: 'DESTINATION_NOT_FOUND' }, retryable: false },
    ]);
  });
});
