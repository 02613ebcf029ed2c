import { withMembers } from '@tidemark/test-kit';
import { describe, expect, it } from '@jest/globals';
import type { Slot } from '../admission/admission.js';
import { cancelJob, claimStage, failStage } from '../job/job.fixtures.js';
import { admit, agendaOf, apply, now, story, storyOf, TENANT } from './agenda.fixtures.js';
import type { Agenda } from './agenda.js';
import { tenantSnapshot } from './snapshot.js';

const slotOf = (connectionId: string, more: Partial<Slot> = {}): Slot => ({
  connectionId,
  attempt: 1,
  reserved: false,
  since: now,
  ...more,
});
const reserved = (connectionId: string, more: Partial<Slot> = {}) =>
  slotOf(connectionId, { attempt: 0, reserved: true, ...more });

const snapshotOf = (agenda: Agenda, running: Readonly<Record<string, Slot>>, cap: number, at = now) => {
  const { candidates, ...rest } = tenantSnapshot(agenda, TENANT, new Map(Object.entries(running)), { at, cap });
  return { ...rest, candidates: candidates.map(({ jobId }) => jobId) };
};

const queued = (count: number) => Array.from({ length: count }, (_, n) => story(`job-${n}`, `connection-${n}`));

describe('the snapshot of a tenant', () => {
  it('names as many candidates as there are free slots', () => {
    const agenda = agendaOf(...queued(10));
    expect(snapshotOf(agenda, {}, 3).candidates).toEqual(['job-0', 'job-1', 'job-2']);
    admit(agenda, 'job-0');
    expect(snapshotOf(agenda, { 'job-0': slotOf('connection-0') }, 3).candidates).toEqual(['job-1', 'job-2']);
    expect(snapshotOf(agenda, { 'job-0': slotOf('connection-0') }, 1).candidates).toEqual([]);
  });

  it('skips connections that hold a slot, however many there are', () => {
    const agenda = agendaOf(...queued(5));
    const running = Object.fromEntries([0, 1, 2].map((n) => [`other-${n}`, slotOf(`connection-${n}`)]));
    apply(agenda, ...[0, 1, 2].map((n) => story(`other-${n}`, `connection-${n}`)));
    expect(snapshotOf(agenda, running, 4).candidates).toEqual(['job-3']);
  });

  it('reads no more jobs than it needs to fill the slots', () => {
    const agenda = agendaOf(...queued(20_000));
    let looked = 0;
    const counting = {
      get: (jobId: string) => {
        looked += 1;
        return agenda.jobs.get(jobId);
      },
    };
    const slots = withMembers(agenda.slots, {
      waitingLanes: () => agenda.slots.waitingLanes(TENANT),
      nextOf: (tenant: string, lane: string) => {
        looked += 1;
        return agenda.slots.nextOf(tenant, lane);
      },
    });
    const { candidates } = tenantSnapshot({ jobs: counting, slots, heldUntil: () => undefined }, TENANT, new Map(), {
      at: now,
      cap: 5,
    });
    expect(candidates).toHaveLength(5);
    expect(looked).toBeLessThanOrEqual(2 * 5);
  });

  it('releases the slots of jobs that ended or are on another attempt', () => {
    const agenda = agendaOf(story('a1', 'a', claimStage(), failStage(1, 'fetch')), story('b1', 'b', claimStage()));
    apply(agenda, story('c1', 'c', cancelJob));
    const running = { a1: slotOf('a'), b1: slotOf('b'), c1: slotOf('c') };
    expect(snapshotOf(agenda, running, 3)).toEqual({
      released: ['a1', 'c1'],
      unconfirmed: ['c1'],
      candidates: [],
      held: [],
    });
  });

  it('keeps a reserved slot for a job that is yet to be created, for 30 seconds', () => {
    const agenda = agendaOf();
    expect(snapshotOf(agenda, { a1: reserved('a') }, 1, now + 29_999).released).toEqual([]);
    expect(snapshotOf(agenda, { a1: reserved('a') }, 1, now + 30_000)).toEqual({
      released: ['a1'],
      unconfirmed: [],
      candidates: [],
      held: [],
    });
  });

  it('names the job of a reserved slot as well when the cap is reached, before jobs queued earlier', () => {
    const agenda = agendaOf(story('b1', 'b'), story('a1', 'a'));
    apply(agenda, storyOf({ jobId: 'a2', connectionId: 'a', whenBusy: 'reject' }));
    expect(snapshotOf(agenda, { a2: reserved('a') }, 1).candidates).toEqual(['a2']);
    expect(snapshotOf(agenda, { a2: reserved('a') }, 2).candidates).toEqual(['a2', 'b1']);
  });

  it('names no candidate of a connection whose job waits for its retry', () => {
    const agenda = agendaOf(story('a1', 'a', claimStage(), failStage(1, 'fetch')), story('a2', 'a'), story('b1', 'b'));
    expect(snapshotOf(agenda, {}, 5).candidates).toEqual(['b1']);
  });
});
