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

/** The last event of a job's story, which must be of this type. */
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

/** Inputs that set the phase. */
const moving: readonly Input[] = [
  created,
  makeReady,
  admit,
  claimed,
  input(eventOf('StageCompleted', claimStage(), completeStage(1, 'fetch'), completeStage(1, 'snapshot'))),
  input(eventOf('ClaimExpired', claimStage(), expire)),
  input(eventOf('RetryScheduled', claimStage(), failStage(1, 'fetch'))),
  completed,
  input(eventOf('JobFailed', claimStage(), failStage(1, 'fetch', { retryable: false }))),
  input(eventOf('JobCancelled', cancelJob)),
  release,
];

/** Events that leave it as it is. */
const staying: readonly JobEvent[] = [
  eventOf('StageCompleted', claimStage(), completeStage(1, 'fetch')),
  eventOf('CheckpointSaved', claimStage(), saveCheckpoint(1, 'fetch', 1)),
  eventOf('ClaimStalled', claimStage(), stall),
  eventOf('ClaimRecovered', claimStage(), stall, recover),
  eventOf('CancelRequested', claimStage(), cancelJob),
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

  const pairs = phases.flatMap((from) => phases.map((to) => [from, to] as const));

  it.each(pairs)('from %s to %s happens by some input exactly when the table allows it', (from, to) => {
    const reached = moving.some((move) => move(jobsIn(from))?.after?.phase === to);
    expect(reached).toBe(canMove(from, to));
  });

  it.each(phases)('keeps a job in phase %s unchanged when a move is not allowed', (from) => {
    const refused = moving.filter((move) => {
      const jobs = jobsIn(from);
      const before = jobs.get('a1');
      return move(jobs) === undefined && jobs.get('a1') === before;
    });
    const moved = moving.filter((move) => move(jobsIn(from)) !== undefined);
    expect(refused.length + moved.length).toBe(moving.length);
  });

  it.each(phases)('lets other events pass in phase %s', (phase) => {
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
