import { describe, expect, it } from '@jest/globals';
import type { JobCommand } from '../job/job.commands.js';
import { cancelJob, claimStage, completeStage, failStage, noon } from '../job/job.fixtures.js';
import { decideJob } from '../job/job.decide.js';
import {
  admit,
  agendaOf,
  apply,
  now,
  paused,
  planned,
  sourceChanged,
  story,
  storyOf,
  syncEnded,
  TENANT,
} from './agenda.fixtures.js';
import { Agenda } from './agenda.js';
import { tenantSnapshot } from './snapshot.js';
import { explain as explainIn } from './waiting.js';

const explain = (agenda: Agenda, jobId: string, cap = 1) => explainIn(agenda, jobId, { cap, now });
const candidates = (agenda: Agenda) => tenantSnapshot(agenda, TENANT, new Map(), { at: now, cap: 100 }).candidates;
const turns = (agenda: Agenda) => candidates(agenda).map(({ jobId }) => jobId);

describe('the agenda', () => {
  it('offers the first job of every connection in turn', () => {
    const agenda = agendaOf(story('a1', 'a'), story('a2', 'a'), story('b1', 'b'), story('c1', 'c'));
    expect(turns(agenda)).toEqual(['a1', 'b1', 'c1']);
    admit(agenda, 'a1');
    expect(turns(agenda)).toEqual(['b1', 'c1', 'a2']);
  });

  it('explains which jobs a job waits for', () => {
    const agenda = agendaOf(story('a1', 'a'), story('a2', 'a'), story('a3', 'a'), story('b1', 'b'));
    admit(agenda, 'a1');
    expect(explain(agenda, 'a1')).toEqual({ reason: 'no_runner' });
    expect(explain(agenda, 'a3')).toEqual({ reason: 'connection_busy', behind: ['a1', 'a2'] });
    expect(explain(agenda, 'b1')).toEqual({ reason: 'tenant_cap', behind: ['a1'] });
  });

  it('gives no reason for a job that is about to get a free slot', () => {
    const agenda = agendaOf(story('a1', 'a'), story('b1', 'b'));
    expect(explain(agenda, 'a1')).toBeNull();
    admit(agenda, 'a1');
    expect(explain(agenda, 'b1', 2)).toBeNull();
    expect(explain(agenda, 'new', 2)).toBeNull();
  });

  it('names five of many jobs that must end first, and says how many there are', () => {
    const ids = Array.from({ length: 50 }, (_, n) => `a${n}`);
    const agenda = agendaOf(...ids.map((id) => story(id, 'a')));
    admit(agenda, 'a0');
    expect(explain(agenda, 'a49')).toEqual({
      reason: 'connection_busy',
      behind: ['a0', 'a1', 'a2', 'a3', 'a4'],
      behindCount: 49,
    });
    expect(agenda.slots.countWaiting('a')).toBe(49);
  });

  it('counts a retried job at the front of the queue once', () => {
    const agenda = agendaOf(story('a1', 'a', claimStage(), failStage(1, 'fetch')), story('a2', 'a'));
    agenda.takeDue(noon + 63_000);
    expect(explain(agenda, 'a2')).toEqual({ reason: 'connection_busy', behind: ['a1'] });
  });

  it('gives a time as the reason only until it has come', () => {
    const agenda = agendaOf(storyOf({ jobId: 'a1', connectionId: 'a', startAt: now + 10 }));
    const until = new Date(now + 10).toISOString();
    expect(explainIn(agenda, 'a1', { cap: 1, now: now + 9 })).toEqual({ reason: 'schedule', until });
    expect(explainIn(agenda, 'a1', { cap: 1, now: now + 10 })).toEqual({ reason: 'schedule' });
    agenda.takeDue(now + 10);
    expect(explain(agenda, 'a1')).toBeNull();
  });

  it.each<[string, (agenda: Agenda) => void]>([
    ['another sync is requested', (agenda) => apply(agenda, story('a2', 'a'))],
    ['its source is changed', (agenda) => agenda.applyConnection('a', TENANT, sourceChanged)],
  ])('expedites a retry when %s, and not again', (_, happens) => {
    const failed = story('a1', 'a', claimStage(), failStage(1, 'fetch'));
    const agenda = agendaOf(failed);
    happens(agenda);
    expect(agenda.takeExpedited()).toMatchObject([{ jobId: 'a1', tenant: TENANT }]);
    expect(agenda.takeExpedited()).toEqual([]);
    const expedite: JobCommand = { type: 'ExpediteRetry', data: { reason: 'requested', at: now } };
    for (const event of decideJob(expedite, failed.job)) agenda.applyJob('a1', TENANT, event);
    expect(turns(agenda)).toEqual(['a1']);
    happens(agenda);
    expect(agenda.takeExpedited()).toEqual([]);
  });

  it('does not expedite a retry for a planned sync, or for one that starts later', () => {
    const agenda = agendaOf(
      story('a1', 'a', claimStage(), failStage(1, 'fetch')),
      storyOf({ jobId: 'a2', connectionId: 'a', trigger: 'schedule' }),
      storyOf({ jobId: 'a3', connectionId: 'a', startAt: now + 10 }),
      story('b1', 'b'),
    );
    expect(agenda.takeExpedited()).toEqual([]);
  });

  it('holds a job back until its retry is due, then queues it', () => {
    const agenda = agendaOf(story('a1', 'a', claimStage(), failStage(1, 'fetch')));
    expect(turns(agenda)).toEqual([]);
    expect(explain(agenda, 'a1')).toEqual({ reason: 'retry_backoff', until: new Date(noon + 63_000).toISOString() });
    expect(agenda.nextDue).toBe(noon + 63_000);
    expect(agenda.takeDue(noon + 63_000)).toEqual([]);
    expect(candidates(agenda)).toMatchObject([{ jobId: 'a1', attempt: 2 }]);
  });

  it('lets no other job of the connection overtake one that waits for its retry', () => {
    const agenda = agendaOf(story('a1', 'a', claimStage(), failStage(1, 'fetch')), story('a2', 'a'), story('b1', 'b'));
    expect(turns(agenda)).toEqual(['b1']);
    expect(explain(agenda, 'a2')).toEqual({ reason: 'connection_busy', behind: ['a1'] });
    agenda.takeDue(noon + 63_000);
    expect(turns(agenda)).toEqual(['a1', 'b1']);
    agenda.applyJob('a1', TENANT, decideJob(cancelJob, story('a1', 'a').job)[0]!);
    expect(turns(agenda)).toEqual(['a2', 'b1']);
  });

  it('reconsiders a tenant when a job is cancelled before its retry, since others waited for it', () => {
    const retried = story('a1', 'a', claimStage(), failStage(1, 'fetch'));
    const agenda = agendaOf(retried, story('a2', 'a'));
    expect(agenda.slots.takeChanged()).toEqual([TENANT]);
    for (const event of decideJob(cancelJob, retried.job)) agenda.applyJob('a1', TENANT, event);
    expect(agenda.slots.takeChanged()).toEqual([TENANT]);
    expect(turns(agenda)).toEqual(['a2']);
  });

  it('forgets jobs that ended without a slot at once', () => {
    const agenda = agendaOf(story('a1', 'a', cancelJob));
    expect(agenda.jobs.size).toBe(0);
    expect(turns(agenda)).toEqual([]);
  });

  it('keeps the slot of a completed job until its connection has recorded its end', () => {
    const agenda = agendaOf(
      story('a1', 'a', claimStage(), completeStage(1, 'fetch', { finish: 'unchanged' })),
      story('a2', 'a'),
    );
    const running = new Map([['a1', { connectionId: 'a', attempt: 1, reserved: false, since: noon }]]);
    const released = () => tenantSnapshot(agenda, TENANT, running, { at: now, cap: 1 }).released;
    expect(released()).toEqual([]);
    expect(explain(agenda, 'a2')).toEqual({ reason: 'connection_busy', behind: ['a1'] });
    agenda.slots.takeChanged();
    agenda.applyConnection('a', TENANT, syncEnded('a1'));
    expect(released()).toEqual(['a1']);
    expect(agenda.slots.takeChanged()).toEqual([TENANT]);
    expect(agenda.jobs.has('a1')).toBe(true);
    agenda.applyAdmission({ type: 'PlacesChanged', data: { at: noon, admitted: [], released: ['a1'] } });
    expect(agenda.jobs.has('a1')).toBe(false);
  });

  it('forgets completed jobs whose connections may have recorded their end before', () => {
    const agenda = agendaOf(
      story('a1', 'a', claimStage(), completeStage(1, 'fetch', { finish: 'unchanged' })),
      story('a2', 'a'),
    );
    agenda.forgetUnconfirmed();
    expect(Array.from(agenda.jobs.values(), ({ id }) => id)).toEqual(['a2']);
    expect(explain(agenda, 'a2')).toBeNull();
  });

  it('reminds of the deadline of a cancel', () => {
    const agenda = agendaOf(story('a1', 'a', claimStage(), cancelJob));
    expect(agenda.nextDue).toBe(noon + 7000);
    expect(agenda.takeDue(noon + 7000)).toEqual([{ kind: 'cancel', jobId: 'a1', tenant: TENANT, at: noon + 7000 }]);
  });

  it.each([
    ['waiting', []],
    ['claimed', [claimStage()]],
    ['handed over', [claimStage(), completeStage(1, 'fetch'), completeStage(1, 'snapshot')]],
    ['waiting for a retry', [claimStage(), failStage(1, 'fetch')]],
  ])('restored from the state of a %s job is the same as folded from its events', (_, commands) => {
    const past = story('a1', 'a', ...commands);
    const restored = new Agenda(() => now);
    restored.restore(past.job);
    const folded = agendaOf(past);
    expect(restored.jobs.get('a1')).toEqual(folded.jobs.get('a1'));
    expect(restored.claims.get('a1')?.number).toBe(folded.claims.get('a1')?.number);
    expect(restored.nextDue).toBe(folded.nextDue);
    expect(explain(restored, 'a1')).toEqual(explain(folded, 'a1'));
  });

  it('takes over what the stream of a job says, when what it began with had lost an event', () => {
    const handedOver = [claimStage(), completeStage(1, 'fetch'), completeStage(1, 'snapshot')];
    const agenda = new Agenda(() => now);
    agenda.restore(story('a1', 'a', ...handedOver).job);
    expect(agenda.correct('a1', story('a1', 'a', ...handedOver).job)).toBe(false);
    const claimed = story('a1', 'a', ...handedOver, claimStage({ stage: 'diff', service: 'differ' })).job;
    expect(agenda.correct('a1', claimed)).toBe(true);
    expect([agenda.jobs.get('a1')?.phase, agenda.claims.get('a1')?.number]).toEqual(['claimed', 2]);
    expect(agenda.correct('a1', { ...claimed, status: 'completed' })).toBe(true);
    expect([agenda.jobs.size, agenda.claims.size]).toEqual([0, 0]);
    expect(agenda.correct('a1', { ...claimed, status: 'completed' })).toBe(false);
  });

  it('is the same when events are folded again over a restored state', () => {
    const past = story('a1', 'a', claimStage(), failStage(1, 'fetch'));
    const agenda = new Agenda(() => now);
    agenda.restore(past.job);
    apply(agenda, past);
    expect(explain(agenda, 'a1')).toEqual(explain(agendaOf(past), 'a1'));
    expect(turns(agenda)).toEqual([]);
  });

  it('holds exactly one slot, or none, whatever was restored before the events', () => {
    const past = story('a1', 'a', claimStage(), failStage(1, 'fetch'));
    const restored = new Agenda(() => now);
    restored.restore(story('a1', 'a', claimStage()).job);
    expect(restored.slots.running(TENANT)).toEqual(['a1']);
    apply(restored, past);
    expect(restored.slots.running(TENANT)).toEqual([]);
    expect(restored.claims.get('a1')).toBeUndefined();
  });

  it('returns a planned sync when it is due, unless the connection was paused or planned again', () => {
    const agenda = agendaOf();
    const plan = (connectionId: string, at: number) => agenda.applyConnection(connectionId, TENANT, planned(at));
    plan('a', now + 10);
    plan('b', now + 10);
    agenda.applyConnection('b', TENANT, paused);
    plan('c', now + 10);
    plan('c', now + 20);
    const [task, ...others] = agenda.takeDue(now + 10);
    expect(task).toEqual({ kind: 'sync', connectionId: 'a', tenant: TENANT, at: now + 10 });
    expect(others).toEqual([]);
    agenda.putBack(task!, 30);
    expect(agenda.takeDue(now + 20)).toMatchObject([{ connectionId: 'c' }]);
    expect(agenda.takeDue(now + 30)).toEqual([task]);
  });

  it('makes a job ready at its planned start', () => {
    const agenda = agendaOf(storyOf({ jobId: 'a1', connectionId: 'a', startAt: now + 10 }));
    expect(turns(agenda)).toEqual([]);
    agenda.takeDue(now + 9);
    expect(turns(agenda)).toEqual([]);
    agenda.takeDue(now + 10);
    expect(turns(agenda)).toEqual(['a1']);
    expect(agenda.slots.takeChanged()).toEqual([TENANT]);
  });

  it('treats a job as admitted that was admitted before it began', () => {
    const agenda = agendaOf(story('a1', 'a'), story('a2', 'a'), story('b1', 'b'));
    const slot = { attempt: 1, reserved: false, since: noon };
    agenda.restoreSlots(
      new Map([
        ['a1', { ...slot, connectionId: 'a' }],
        ['b1', { ...slot, connectionId: 'b', attempt: 0, reserved: true }],
      ]),
    );
    expect(agenda.slots.running(TENANT)).toEqual(['a1']);
    expect(agenda.slots.runningOf('a')).toBe('a1');
    expect(turns(agenda)).toEqual(['b1', 'a2']);
  });
});
