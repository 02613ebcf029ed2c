import { describe, expect, it } from '@jest/globals';
import { claimStage, completeStage, failStage, noon, saveCheckpoint } from '../job/job.fixtures.js';
import type { JobCommand } from '../job/job.commands.js';
import { actionFor } from '../daemons/liveness.js';
import { agendaOf, apply, now, story } from './agenda.fixtures.js';

const stall: JobCommand = { type: 'StallClaim', data: { claim: 1, since: noon + 1000, at: noon + 2000 } };
const recover: JobCommand = { type: 'RecoverClaim', data: { claim: 1, at: noon + 4000 } };
const expire: JobCommand = { type: 'ExpireClaim', data: { claim: 1, random: 0.5, at: noon + 4000 } };

const claimAfter = (...commands: JobCommand[]) => agendaOf(story('a1', 'a', ...commands)).claims.get('a1');
const heartbeat = { jobId: 'a1', claim: 1, stage: 'fetch' };

describe('claims', () => {
  it('begin with a full timeout by the clock of this coordinator, not of the runner', () => {
    expect(claimAfter(claimStage())).toEqual({
      number: 1,
      advancedAt: noon + 1000,
      lastHeartbeatAt: now,
      stalled: false,
    });
  });

  it('advance with checkpoints, completed stages and recovery, and then are not stalled', () => {
    expect(claimAfter(claimStage(), stall)).toMatchObject({ stalled: true });
    expect(claimAfter(claimStage(), stall, recover)).toMatchObject({ stalled: false, advancedAt: noon + 4000 });
    expect(claimAfter(claimStage(), stall, saveCheckpoint(1, 'fetch', 1))).toMatchObject({
      stalled: false,
      advancedAt: noon + 1500,
    });
    expect(claimAfter(claimStage(), stall, completeStage(1, 'fetch'))).toMatchObject({
      stalled: false,
      advancedAt: noon + 2000,
      percent: 0,
    });
  });

  it.each([
    ['a lost claim', [claimStage(), expire]],
    ['a handover', [claimStage(), completeStage(1, 'fetch'), completeStage(1, 'snapshot')]],
    ['a failed attempt', [claimStage(), failStage(1, 'fetch')]],
    ['the end of the job', [claimStage(), completeStage(1, 'fetch', { finish: 'unchanged' })]],
  ])('end with %s', (_, commands) => {
    expect(claimAfter(...commands)).toBeUndefined();
  });

  it('make progress by a heartbeat only when it reports progress', () => {
    const { claims } = agendaOf(story('a1', 'a', claimStage()));
    claims.heartbeat({ ...heartbeat, percent: 10 }, now + 1);
    claims.heartbeat(heartbeat, now + 2);
    claims.heartbeat({ ...heartbeat, percent: 10 }, now + 3);
    expect(claims.get('a1')).toMatchObject({ lastHeartbeatAt: now + 3, advancedAt: now + 1, percent: 10 });
    claims.heartbeat({ ...heartbeat, counts: { processed: 1 } }, now + 4);
    expect(claims.get('a1')).toMatchObject({ advancedAt: now + 4, percent: 10, counts: { processed: 1 } });
  });

  it('ignore the heartbeats of other claims and unknown jobs', () => {
    const { claims } = agendaOf(story('a1', 'a', claimStage()));
    claims.heartbeat({ ...heartbeat, claim: 2 }, now + 1);
    claims.heartbeat({ ...heartbeat, jobId: 'b1' }, now + 1);
    expect([...claims.entries()]).toEqual([['a1', expect.objectContaining({ lastHeartbeatAt: now })]]);
  });

  it('are restored with full timeouts', () => {
    const agenda = agendaOf();
    agenda.restore(story('a1', 'a', claimStage(), stall).job);
    expect(agenda.claims.get('a1')).toEqual({ number: 1, advancedAt: now, lastHeartbeatAt: now, stalled: true });
    apply(agenda, story('a1', 'a'));
    expect(agenda.claims.get('a1')).toBeUndefined();
  });
});

describe('what happens to a claim', () => {
  const timeouts = { claimTimeoutMs: 100, stallTimeoutMs: 1000 };
  const claim = { number: 1, advancedAt: now, lastHeartbeatAt: now, stalled: false };

  it.each([
    ['nothing within the timeouts', {}, now + 100, undefined],
    ['it expires once it was silent for longer', {}, now + 101, 'expire'],
    ['nothing while it advances within the stall timeout', { lastHeartbeatAt: now + 1000 }, now + 1000, undefined],
    ['it stalls once it did not advance for longer', { lastHeartbeatAt: now + 1001 }, now + 1001, 'stall'],
    ['nothing while it is known to be stalled', { lastHeartbeatAt: now + 1001, stalled: true }, now + 1001, undefined],
    ['it recovers once it makes progress again', { stalled: true }, now + 1, 'recover'],
  ])('%s', (_, changes, at, action) => {
    expect(actionFor({ ...claim, ...changes }, timeouts, at)).toBe(action);
  });
});
