import { describe, expect, it } from '@jest/globals';
import { claimStage, completeStage, failStage, noon, saveCheckpoint } from '../job/job.fixtures.js';
import type { JobCommand } from '../job/job.commands.js';
import { actionFor } from '../daemons/liveness.js';
import { agendaOf, apply, story } from './agenda.fixtures.js';

const stall: JobCommand = { type: 'StallClaim', data: { claim: 1, since: noon + 1000, at: noon + 2000 } };
const recover: JobCommand = { type: 'RecoverClaim', data: { claim: 1, at: noon + 4000 } };
const expire: JobCommand = { type: 'ExpireClaim', data: { claim: 1, random: 0.5, at: noon + 4000 } };

const claimAfter = (...commands: JobCommand[]) => agendaOf(story('a1', 'a', ...commands)).claims.get('a1');
const heartbeat = { jobId: 'a1', claim: 1, stage: 'fetch' };

describe('claims', () => {
  it('begin with a full timeout, whatever the clock of the process that granted it says', () => {
    for (const at of [noon + 1000, noon + 7_200_000, noon - 7_200_000])
      expect(claimAfter(claimStage({ at }))).toMatchObject({ number: 1, silentMs: 0, stillMs: 0, stalled: false });
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
      stage: 'snapshot',
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

  it('are silent and still for as long as the coordinator has listened', () => {
    const { claims } = agendaOf(story('a1', 'a', claimStage()));
    claims.age(400);
    claims.age(200);
    expect(claims.get('a1')).toMatchObject({ silentMs: 600, stillMs: 600 });
    claims.heartbeat(heartbeat);
    expect(claims.get('a1')).toMatchObject({ silentMs: 0, stillMs: 600 });
    claims.age(100);
    claims.excuse('a1');
    expect(claims.get('a1')).toMatchObject({ silentMs: 0, stillMs: 700 });
  });

  it('make progress by a heartbeat only when it reports progress', () => {
    const { claims } = agendaOf(story('a1', 'a', claimStage()));
    const stillAfter = (beat: Parameters<typeof claims.heartbeat>[0]) => {
      claims.age(1);
      claims.heartbeat(beat);
      return claims.get('a1')!.stillMs;
    };
    expect(stillAfter({ ...heartbeat, percent: 10 })).toBe(0);
    expect(stillAfter(heartbeat)).toBe(1);
    expect(stillAfter({ ...heartbeat, percent: 10 })).toBe(2);
    expect(stillAfter({ ...heartbeat, counts: { processed: 1 } })).toBe(0);
    expect(claims.get('a1')).toMatchObject({ percent: 10, counts: { processed: 1 } });
  });

  it('keep the highest percent of a stage, also when another claim or attempt starts it over', () => {
    const agenda = agendaOf(story('a1', 'a', claimStage()));
    const { claims } = agenda;
    const percentAfter = (percent: number, about: object = {}) => {
      claims.heartbeat({ ...heartbeat, ...about, percent });
      return claims.percentOf('a1');
    };
    expect([percentAfter(40), percentAfter(30)]).toEqual([40, 40]);
    // Of a stage that the log has not reached, or has passed.
    expect(percentAfter(90, { stage: 'snapshot' })).toBe(40);
    const [expired, retried] = [expire, claimStage({ delivery: { id: 'message-2', sequence: 1 } })];
    apply(agenda, story('a1', 'a', claimStage(), expired, retried));
    expect([claims.percentOf('a1'), percentAfter(10, { claim: 2 })]).toEqual([40, 40]);
    apply(agenda, story('a1', 'a', claimStage(), expired, retried, completeStage(2, 'fetch')));
    expect(claims.percentOf('a1')).toBe(0);
  });

  it('ignore the heartbeats of other claims and unknown jobs', () => {
    const { claims } = agendaOf(story('a1', 'a', claimStage()));
    claims.age(100);
    claims.heartbeat({ ...heartbeat, claim: 2 });
    claims.heartbeat({ ...heartbeat, jobId: 'b1' });
    expect([...claims.entries()]).toEqual([['a1', expect.objectContaining({ silentMs: 100 })]]);
  });

  it('are restored with full timeouts', () => {
    const agenda = agendaOf();
    agenda.restore(story('a1', 'a', claimStage(), stall).job);
    expect(agenda.claims.get('a1')).toMatchObject({ number: 1, silentMs: 0, stillMs: 0, stalled: true });
    apply(agenda, story('a1', 'a'));
    expect(agenda.claims.get('a1')).toBeUndefined();
  });
});

describe('what happens to a claim', () => {
  const timeouts = { claimTimeoutMs: 100, stallTimeoutMs: 1000 };
  const claim = { silentMs: 0, stillMs: 0, stalled: false };

  it.each([
    ['nothing within the timeouts', { silentMs: 100, stillMs: 1000 }, undefined],
    ['it expires once it was silent for longer', { silentMs: 101 }, 'expire'],
    ['it stalls once it did not advance for longer', { stillMs: 1001 }, 'stall'],
    ['nothing while it is known to be stalled', { stillMs: 1001, stalled: true }, undefined],
    ['it recovers once it makes progress again', { stalled: true }, 'recover'],
  ])('%s', (_, changes, action) => {
    expect(actionFor({ ...claim, ...changes }, timeouts)).toBe(action);
  });
});
