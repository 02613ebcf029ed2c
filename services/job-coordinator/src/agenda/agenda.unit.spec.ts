import { describe, expect, it } from '@jest/globals';
import type { JobEvent } from '@tidemark/contracts';
import { cancelJob, claimStage, completeStage, createJob, failStage, noon } from '../job/job.fixtures.js';
import type { JobCommand } from '../job/job.commands.js';
import { decideJob } from '../job/job.decide.js';
import { absentJob, evolveJob, type JobState } from '../job/job.js';
import { Agenda } from './agenda.js';
import { explain } from './waiting.js';

/** Events of job `id` of a connection, by the commands that made them. */
function story(
  id: string,
  connectionId: string,
  ...commands: JobCommand[]
): { id: string; events: JobEvent[]; job: JobState } {
  let job: JobState = absentJob;
  const create = { ...createJob, data: { ...createJob.data, jobId: id, connectionId } };
  const events = [create, ...commands].flatMap((command) => {
    const happened = decideJob(command, job);
    job = happened.reduce(evolveJob, job);
    return happened;
  });
  return { id, events, job };
}

function agendaOf(...stories: ReturnType<typeof story>[]): Agenda {
  const agenda = new Agenda(() => noon + 5000);
  for (const { id, events } of stories) for (const event of events) agenda.applyJob(id, 'acme', event);
  return agenda;
}

const admit = (agenda: Agenda, ...jobIds: string[]) =>
  agenda.applyAdmission({
    type: 'PlacesChanged',
    data: {
      at: noon,
      released: [],
      admitted: jobIds.map((jobId) => {
        const { connectionId, attempt, stage } = agenda.jobs.get(jobId)!;
        return { jobId, connectionId, attempt, service: stage.service, stage: stage.name };
      }),
    },
  });

const turns = (agenda: Agenda) => [...agenda.candidates('acme')].map(({ jobId }) => jobId);

describe('the agenda', () => {
  it('offers the first job of every connection in turn', () => {
    const agenda = agendaOf(story('a1', 'a'), story('a2', 'a'), story('b1', 'b'), story('c1', 'c'));
    expect(turns(agenda)).toEqual(['a1', 'b1', 'c1']);
    admit(agenda, 'a1');
    expect(turns(agenda)).toEqual(['b1', 'c1', 'a2']);
  });

  it('tells behind whom a job waits', () => {
    const agenda = agendaOf(story('a1', 'a'), story('a2', 'a'), story('a3', 'a'), story('b1', 'b'));
    admit(agenda, 'a1');
    expect(explain(agenda, 'a1')).toEqual({ reason: 'no_runner' });
    expect(explain(agenda, 'a3')).toEqual({ reason: 'connection_busy', behind: ['a1', 'a2'] });
    expect(explain(agenda, 'b1')).toEqual({ reason: 'tenant_cap', behind: ['a1'] });
  });

  it('keeps a job between two tries until its time, then lets it wait in line', () => {
    const agenda = agendaOf(story('a1', 'a', claimStage(), failStage(1, 'fetch')));
    expect(turns(agenda)).toEqual([]);
    expect(explain(agenda, 'a1')).toEqual({ reason: 'retry_backoff', until: new Date(noon + 63_000).toISOString() });
    expect(agenda.timers.next).toBe(noon + 63_000);
    agenda.ripen(agenda.jobs.get('a1')!);
    expect([...agenda.candidates('acme')]).toMatchObject([{ jobId: 'a1', attempt: 2 }]);
  });

  it('lets nobody of the connection pass a job between two tries', () => {
    const agenda = agendaOf(story('a1', 'a', claimStage(), failStage(1, 'fetch')), story('a2', 'a'), story('b1', 'b'));
    expect(turns(agenda)).toEqual(['b1']);
    expect(explain(agenda, 'a2')).toEqual({ reason: 'connection_busy', behind: ['a1'] });
    agenda.ripen(agenda.jobs.get('a1')!);
    expect(turns(agenda)).toEqual(['a1', 'b1']);
    agenda.applyJob('a1', 'acme', decideJob(cancelJob, story('a1', 'a').job)[0]!);
    expect(turns(agenda)).toEqual(['a2', 'b1']);
  });

  it('forgets jobs that ended without a place at once', () => {
    const agenda = agendaOf(story('a1', 'a', cancelJob));
    expect(agenda.jobs.size).toBe(0);
    expect(turns(agenda)).toEqual([]);
  });

  it('keeps the place of a completed job until its connection knows of it', () => {
    const agenda = agendaOf(
      story('a1', 'a', claimStage(), completeStage(1, 'fetch', { finish: 'unchanged' })),
      story('a2', 'a'),
    );
    const place = { connectionId: 'a', attempt: 1, reserved: false, since: noon };
    expect(agenda.holds('a1', place)).toBe(true);
    expect(explain(agenda, 'a2')).toEqual({ reason: 'connection_busy', behind: ['a1'] });
    agenda.dirty.clear();
    const data = {
      jobId: 'a1',
      state: 'completed',
      result: 'unchanged',
      position: 1,
      nextSyncAt: null,
      at: noon,
    } as const;
    agenda.applyConnection('a', 'acme', { type: 'SyncEnded', data });
    expect(agenda.holds('a1', place)).toBe(false);
    expect([...agenda.dirty]).toEqual(['acme']);
    expect(agenda.jobs.has('a1')).toBe(true);
    const released = { at: noon, admitted: [], released: ['a1'] };
    agenda.applyAdmission({ type: 'PlacesChanged', data: released });
    expect(agenda.jobs.has('a1')).toBe(false);
  });

  it('takes completed jobs for unknown when their connections may know of them already', () => {
    const agenda = agendaOf(
      story('a1', 'a', claimStage(), completeStage(1, 'fetch', { finish: 'unchanged' })),
      story('a2', 'a'),
    );
    agenda.doubtEnded();
    expect([...agenda.jobs.keys()]).toEqual(['a2']);
    expect(explain(agenda, 'a2')).toMatchObject({ reason: 'tenant_cap' });
  });

  it('reminds of the deadline of a cancel', () => {
    const agenda = agendaOf(story('a1', 'a', claimStage(), cancelJob));
    expect(agenda.timers.popDue(noon + 7000)).toEqual({ kind: 'cancel', jobId: 'a1', at: noon + 7000 });
  });

  it.each([
    ['waiting', []],
    ['claimed', [claimStage()]],
    ['handed over', [claimStage(), completeStage(1, 'fetch'), completeStage(1, 'snapshot')]],
    ['between two tries', [claimStage(), failStage(1, 'fetch')]],
  ])('restored from the state of a %s job is the same as folded from its events', (_, commands) => {
    const told = story('a1', 'a', ...commands);
    const restored = new Agenda(() => noon + 5000);
    if (told.job.status !== 'absent') restored.restore(told.job);
    const folded = agendaOf(told).jobs.get('a1')!;
    const { phase, attempt, stage, due } = folded;
    expect(restored.jobs.get('a1')).toMatchObject({ phase, attempt, stage, due });
    expect(explain(restored, 'a1')).toEqual(explain(agendaOf(told), 'a1'));
  });

  it('comes out the same when events are folded again over a restored state', () => {
    const told = story('a1', 'a', claimStage(), failStage(1, 'fetch'));
    const agenda = new Agenda(() => noon + 5000);
    if (told.job.status !== 'absent') agenda.restore(told.job);
    for (const event of told.events) agenda.applyJob('a1', 'acme', event);
    expect(explain(agenda, 'a1')).toEqual(explain(agendaOf(told), 'a1'));
    expect(turns(agenda)).toEqual([]);
  });
});
