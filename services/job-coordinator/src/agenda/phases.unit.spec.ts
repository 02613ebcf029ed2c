import { describe, expect, it } from '@jest/globals';
import type { JobEvent } from '@tidemark/contracts';
import { cancelJob, claimStage, completeStage, failStage, noon, saveCheckpoint } from '../job/job.fixtures.js';
import type { JobCommand } from '../job/job.commands.js';
import { story, TENANT } from './agenda.fixtures.js';
import { LiveJobs, type JobChange } from './live-jobs.js';
import { canMove, phaseMoves, phases, type Phase } from './phases.js';

type Input = (jobs: LiveJobs) => JobChange | undefined;

const finish = completeStage(1, 'fetch', { finish: 'unchanged' });
const expire: JobCommand = { type: 'ExpireClaim', data: { claim: 1, random: 0.5, at: noon + 61_000 } };
const stall: JobCommand = { type: 'StallClaim', data: { claim: 1, since: noon + 1000, at: noon + 61_000 } };
const recover: JobCommand = { type: 'RecoverClaim', data: { claim: 1, at: noon + 62_000 } };

/** The last event of a job's history, which must be of this type. */
const eventOf = (type: JobEvent['type'], ...commands: JobCommand[]): JobEvent => {
  const event = story('a1', 'a', ...commands).events.at(-1);
  if (event?.type !== type) throw new Error(`the story ends with ${event?.type}`);
  return event;
};

const input =
  (event: JobEvent): Input =>
  (jobs) =>
    jobs.apply('a1', TENANT, event);

const created = input(eventOf('JobCreated'));
const claimed = input(eventOf('StageClaimed', claimStage()));
const completed = input(eventOf('JobCompleted', claimStage(), finish));
const makeReady: Input = (jobs) => jobs.makeReady('a1', 0);
const admit: Input = (jobs) => jobs.admit('a1', 1);
const release: Input = (jobs) => jobs.release('a1');

const handedOver = input(
  eventOf('StageCompleted', claimStage(), completeStage(1, 'fetch'), completeStage(1, 'snapshot')),
);
const expired = input(eventOf('ClaimExpired', claimStage(), expire));
const retried = input(eventOf('RetryScheduled', claimStage(), failStage(1, 'fetch')));
const failed = input(eventOf('JobFailed', claimStage(), failStage(1, 'fetch', { retryable: false })));
const cancelled = input(eventOf('JobCancelled', cancelJob));

/** The outcome of an input in each phase: the next phase, `forgotten`, or nothing. */
type Results = readonly (Phase | 'forgotten' | undefined)[];
const live = (to: Phase): Results => [to, to, to, to, undefined, undefined];
const ended: Results = ['forgotten', 'forgotten', 'released', 'released', 'released', 'forgotten'];

const moves: readonly (readonly [name: string, input: Input, results: Results])[] = [
  ['its creation', created, live('due')],
  ['its time', makeReady, ['ready', undefined, undefined, undefined, undefined, undefined]],
  ['its admission', admit, ['offered', 'offered', undefined, undefined, undefined, undefined]],
  ['a claim', claimed, live('claimed')],
  ['a handover', handedOver, live('offered')],
  ['a lost claim', expired, live('offered')],
  ['a retry', retried, live('due')],
  ['completion', completed, ['forgotten', 'forgotten', 'completing', 'completing', undefined, 'forgotten']],
  ['failure', failed, ended],
  ['cancellation', cancelled, ended],
  ['the end of its sync', release, [undefined, undefined, undefined, undefined, 'released', undefined]],
];

/** Events that leave the phase unchanged. */
const staying: readonly JobEvent[] = [
  eventOf('StageCompleted', claimStage(), completeStage(1, 'fetch')),
  eventOf('CheckpointSaved', claimStage(), saveCheckpoint(1, 'fetch', 1)),
  eventOf('ClaimStalled', claimStage(), stall),
  eventOf('ClaimRecovered', claimStage(), stall, recover),
  eventOf('CancelRequested', claimStage(), cancelJob),
  { type: 'RetryExpedited', data: { reason: 'requested', at: noon } },
  { type: 'ChangesDetected', data: {} } as JobEvent,
];

const pathTo: Readonly<Record<Phase, readonly Input[]>> = {
  due: [created],
  ready: [created, makeReady],
  offered: [created, makeReady, admit],
  claimed: [created, makeReady, admit, claimed],
  completing: [created, makeReady, admit, claimed, completed],
  released: [created, makeReady, admit, claimed, completed, release],
};

const jobsIn = (phase: Phase): LiveJobs => {
  const jobs = new LiveJobs();
  for (const step of pathTo[phase]) step(jobs);
  return jobs;
};

describe('the table of phase moves', () => {
  it.each(phases)('has a job in phase %s to start from', (phase) => {
    expect(jobsIn(phase).get('a1')?.phase).toBe(phase);
  });

  const cases = moves.flatMap(([name, move, results]) =>
    phases.map((from, index) => [from, name, results[index], move] as const),
  );

  it.each(cases)('a job in phase %s, after %s: %s', (from, _, to, move) => {
    const jobs = jobsIn(from);
    const before = jobs.get('a1');
    const change = move(jobs);
    const after = jobs.get('a1');
    expect(change).toEqual(to === undefined ? undefined : { before, after });
    expect(after?.phase).toBe(to === 'forgotten' ? undefined : (to ?? from));
    if (to === undefined) expect(after).toBe(before);
  });

  const pairs = phases.flatMap((from) => phases.map((to) => [from, to] as const));

  it.each(pairs)('allows %s to %s exactly when some input makes that move', (from, to) => {
    const made = moves.some(([, , results]) => results[phases.indexOf(from)] === to);
    expect(canMove(from, to)).toBe(made);
  });

  it.each(phases)('ignores other events in phase %s', (phase) => {
    for (const event of staying) {
      const jobs = jobsIn(phase);
      jobs.apply('a1', TENANT, event);
      expect(jobs.get('a1')?.phase).toBe(phase);
    }
  });

  it('has one last phase, and a way from every other to it', () => {
    expect(phases.filter((phase) => phaseMoves[phase].length === 0)).toEqual(['released']);
    for (const phase of phases) expect(leadsToReleased(phase)).toBe(true);
  });
});

const leadsToReleased = (phase: Phase, seen: readonly Phase[] = []): boolean =>
  phase === 'released' ||
  phaseMoves[phase].some((next) => !seen.includes(next) && leadsToReleased(next, [...seen, phase]));
