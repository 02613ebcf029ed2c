import { describe, expect, it } from '@jest/globals';
import { jobStates, type JobEvent } from '@tidemark/contracts';
import type { JobCommand } from './job.commands.js';
import { decideJob, MAX_LOST_CLAIMS } from './job.decide.js';
import {
  after,
  cancelJob,
  claimStage,
  completeStage,
  createJob,
  everyState,
  existing,
  failStage,
  fold,
  jobIn,
  noon,
  refusalOf,
  saveCheckpoint,
} from './job.fixtures.js';
import { isEnded, type ExistingJob } from './job.js';
import { canMove, transitions } from './job.transitions.js';
import { describeJob } from './job.view.js';

const types = (events: readonly JobEvent[]) => events.map(({ type }) => type);

describe('the transition table', () => {
  it.each(everyState)('has a job in state %s to start from', (state) => {
    expect(jobIn[state].status).toBe(state);
  });

  const pairs = everyState.flatMap((from) => jobStates.map((to) => [from, to] as const));
  const commands: JobCommand[] = [
    createJob,
    claimStage({ delivery: { id: 'message-1', sequence: 2 } }),
    completeStage(1, 'fetch', { finish: 'unchanged' }),
    failStage(1, 'fetch'),
    failStage(1, 'fetch', { retryable: false }),
    { type: 'ExpireClaim', data: { claim: 1, random: 0.5, at: noon + 61_000 } },
    cancelJob,
    { type: 'ForceCancel', data: { at: noon + 9000 } },
    { type: 'ConfirmCancel', data: { claim: 1, at: noon + 9000 } },
  ];

  it.each(pairs)('from %s to %s happens by some command exactly when the table allows it', (from, to) => {
    const starts =
      from === 'running' ? [jobIn.running, fold(jobIn.running, decideJob(cancelJob, jobIn.running))] : [jobIn[from]];
    const reached = starts.some((start) =>
      commands.some((command) => {
        const events = refusalOf(command, start);
        return Array.isArray(events) && events.length > 0 && fold(start, events).status === to;
      }),
    );
    expect(reached).toBe(canMove(from, to));
  });

  it('makes the states without moves the terminal ones', () => {
    const terminal = jobStates.filter((state) => transitions[state].length === 0);
    expect(terminal).toEqual(jobStates.filter((state) => isEnded(jobIn[state])));
  });
});

describe('creating a job', () => {
  it('refuses the same request under the same key with DUPLICATE_JOB and names the job', () => {
    const keyed: JobCommand = { ...createJob, data: { ...createJob.data, requestHash: 'a' } };
    expect(refusalOf(keyed, after(keyed))).toEqual({ code: 'DUPLICATE_JOB', jobId: 'job-1' });
  });

  it('refuses another request under the same key with IDEMPOTENCY_KEY_REUSED', () => {
    const keyed = (requestHash: string): JobCommand => ({ ...createJob, data: { ...createJob.data, requestHash } });
    expect(refusalOf(keyed('b'), after(keyed('a')))).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', jobId: 'job-1' });
  });
});

describe('claiming a stage', () => {
  it('gives the claims of a job numbers from 1', () => {
    const again = claimStage({ delivery: { id: 'message-1', sequence: 2 } });
    expect(decideJob(again, jobIn.running)).toMatchObject([{ type: 'StageClaimed', data: { claim: 2 } }]);
  });

  it('grants the same claim to the same delivery', () => {
    expect(decideJob(claimStage(), jobIn.running)).toEqual([]);
  });

  it('refuses another message while the claim is held', () => {
    const other = claimStage({ delivery: { id: 'message-2', sequence: 9 } });
    expect(refusalOf(other, jobIn.running)).toEqual({ code: 'CLAIM_REFUSED', reason: 'held' });
  });

  it('refuses an earlier delivery of the same message', () => {
    const job = after(createJob, claimStage({ delivery: { id: 'message-1', sequence: 5 } }));
    expect(refusalOf(claimStage({ delivery: { id: 'message-1', sequence: 4 } }), job)).toMatchObject({
      reason: 'held',
    });
  });

  it('refuses work of an earlier attempt', () => {
    const job = after(createJob, claimStage(), failStage(1, 'fetch'));
    expect(refusalOf(claimStage({ delivery: { id: 'late', sequence: 7 } }), job)).toMatchObject({
      reason: 'superseded',
    });
  });

  it('refuses work of a leg that is done', () => {
    const job = after(createJob, claimStage(), completeStage(1, 'fetch'), completeStage(1, 'snapshot'));
    expect(refusalOf(claimStage({ delivery: { id: 'late', sequence: 7 } }), job)).toMatchObject({ reason: 'done' });
  });

  it.each(['completed', 'failed', 'cancelled'] as const)('refuses a %s job', (state) => {
    expect(refusalOf(claimStage({ delivery: { id: 'late', sequence: 7 } }), jobIn[state])).toMatchObject({
      reason: 'ended',
    });
  });

  it('begins at the first stage without a checkpoint', () => {
    const job = after(createJob, claimStage(), completeStage(1, 'fetch'));
    const successor = claimStage({ delivery: { id: 'message-1', sequence: 2 } });
    expect(decideJob(successor, job)).toMatchObject([{ data: { stage: 'snapshot', claim: 2 } }]);
  });

  const taken = (sequence: number, more: object = {}) =>
    claimStage({ delivery: { id: 'message-1', sequence }, ...more });

  it('fails the job when its leg has cost two runners their lives in a row', () => {
    const job = after(createJob, taken(1), taken(2, { isHolderSilent: true }));
    const failed = [{ type: 'JobFailed', data: { error: { code: 'RUNNER_LOST' } } }];
    expect(decideJob(taken(3, { isHolderSilent: true }), job)).toMatchObject(failed);
    expect(decideJob({ type: 'ExpireClaim', data: { claim: 2, random: 0.5, at: noon } }, job)).toMatchObject(failed);
    expect(decideJob(taken(3), job)).toMatchObject([{ type: 'StageClaimed' }]);
  });

  it('fails the attempt when too many claims in a row were lost, and the job when the next attempt fares the same', () => {
    const restarts = (attempt: number) => Array.from({ length: MAX_LOST_CLAIMS }, (_, n) => taken(n + 1, { attempt }));
    const lost = (attempt: number) => taken(99, { attempt });
    const first = after(createJob, ...restarts(1));
    expect(decideJob(lost(1), first)).toMatchObject([
      { type: 'RetryScheduled', data: { error: { code: 'RUNNER_LOST' } } },
    ]);
    const second = after(createJob, ...restarts(1), lost(1), ...restarts(2));
    expect(decideJob(lost(2), second)).toMatchObject([{ type: 'JobFailed', data: { error: { code: 'RUNNER_LOST' } } }]);
  });

  it('does not count claims that were given back, nor those before the last progress', () => {
    const expire: JobCommand = { type: 'ExpireClaim', data: { claim: 2, random: 0.5, at: noon + 5000 } };
    const another = claimStage({ delivery: { id: 'message-2', sequence: 1 } });
    const release: JobCommand = { type: 'ReleaseClaim', data: { claim: 1, at: noon + 4000 } };
    const givenBack = after(createJob, claimStage(), release);
    expect(givenBack).toMatchObject({ status: 'running', claim: null, lostClaims: 0 });
    expect(decideJob(release, givenBack)).toEqual([]);
    expect(decideJob(expire, fold(givenBack, decideJob(another, givenBack)))).toMatchObject([{ type: 'ClaimExpired' }]);
    const lost: JobCommand = { type: 'ExpireClaim', data: { claim: 1, random: 0.5, at: noon + 4000 } };
    const advanced = after(createJob, claimStage(), lost, another, saveCheckpoint(2, 'fetch', 1));
    expect(decideJob(expire, advanced)).toMatchObject([{ type: 'ClaimExpired' }]);
  });
});

describe('the times of a job', () => {
  it('never go back, whatever the clocks of its coordinators say', () => {
    const slow = noon - 2 * 3_600_000;
    const claimed = existing(createJob, claimStage({ at: slow }));
    expect(claimed.startedAt).toBe(noon);
    const endings: JobCommand[] = [
      completeStage(1, 'fetch', { finish: 'unchanged', at: slow }),
      failStage(1, 'fetch', { retryable: false, at: slow }),
    ];
    for (const ending of endings) {
      const ended = fold(claimed, decideJob(ending, claimed)) as ExistingJob;
      expect(ended.endedAt).toBe(noon);
      expect(describeJob(ended).durationMs).toBe(0);
    }
    const cancel: JobCommand = { type: 'CancelJob', data: { reason: 'x', deadline: slow, at: slow } };
    expect(existing(createJob, cancel).endedAt).toBe(noon);
  });

  it('give no negative duration, also when they were recorded so', () => {
    const ended = { ...existing(createJob, claimStage()), status: 'completed', endedAt: noon - 2466 } as const;
    expect(describeJob(ended).durationMs).toBe(0);
  });
});

describe('completing a stage', () => {
  it('keeps the claim while the next stage belongs to the same service', () => {
    const job = existing(createJob, claimStage(), completeStage(1, 'fetch'));
    expect(job.claim).toMatchObject({ number: 1, stage: 'snapshot' });
  });

  it('hands over to the next service', () => {
    const job = after(createJob, claimStage(), completeStage(1, 'fetch'));
    const events = decideJob(completeStage(1, 'snapshot'), job);
    expect(events).toMatchObject([{ data: { handOver: { name: 'diff', service: 'differ' } } }]);
    expect(fold(job, events)).toMatchObject({ status: 'running', claim: null });
  });

  it('accepts a repeated report', () => {
    const job = after(createJob, claimStage(), completeStage(1, 'fetch'));
    expect(decideJob(completeStage(1, 'fetch'), job)).toEqual([]);
  });

  it('refuses the report of a stale claim', () => {
    const job = after(createJob, claimStage(), claimStage({ delivery: { id: 'message-1', sequence: 2 } }));
    expect(refusalOf(completeStage(1, 'fetch'), job)).toMatchObject({ code: 'STALE_CLAIM' });
  });

  it('completes the job with the last stage, with errors when objects failed', () => {
    const differ = claimStage({ service: 'differ', stage: 'diff', delivery: { id: 'message-2', sequence: 1 } });
    const job = after(
      createJob,
      claimStage(),
      completeStage(1, 'fetch', { counts: { total: 3, failed: 1 } }),
      completeStage(1, 'snapshot', { cursor: { at: 'here' } }),
      differ,
      completeStage(2, 'diff'),
    );
    const events = decideJob(completeStage(2, 'alert'), job);
    expect(types(events)).toEqual(['StageCompleted', 'JobCompleted']);
    expect(events[1]).toMatchObject({ data: { result: 'completed_with_errors', cursor: { at: 'here' } } });
  });

  it('records the reported facts in the same append, with the ids of the job', () => {
    const data = { snapshotId: 's2', previousSnapshotId: 's1', bySeverity: { breaking: 1 } };
    const facts = [{ type: 'ChangesDetected', data }];
    const events = decideJob(completeStage(1, 'fetch', { facts }), after(createJob, claimStage()));
    expect(types(events)).toEqual(['StageCompleted', 'ChangesDetected']);
    expect(events[1]?.data).toMatchObject({ ...data, tenant: 'acme', connectionId: 'connection-1', jobId: 'job-1' });
    expect(events[0]?.data).not.toHaveProperty('facts');
  });
});

describe('failing a stage', () => {
  it('retries after 60, 300 and 900 seconds, then fails', () => {
    let job = after(createJob);
    const waits: (number | string)[] = [];
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      job = fold(
        job,
        decideJob(claimStage({ attempt, delivery: { id: `message-${attempt}`, sequence: attempt } }), job),
      );
      const events = decideJob(failStage(attempt, 'fetch'), job);
      const [event] = events;
      waits.push(event?.type === 'RetryScheduled' ? (event.data.retryAt - event.data.at) / 1000 : String(event?.type));
      job = fold(job, events);
    }
    expect(waits).toEqual([60, 300, 900, 'JobFailed']);
    expect(job).toMatchObject({ status: 'failed', retryCount: 3, lastError: { code: 'SOURCE_UNREACHABLE' } });
  });

  it.each([
    [0, 45],
    [0.999, 75],
  ])('strays by a quarter at most (random %d)', (random, seconds) => {
    const [event] = decideJob(failStage(1, 'fetch', { random }), jobIn.running);
    expect(event?.type === 'RetryScheduled' && Math.round((event.data.retryAt - event.data.at) / 1000)).toBe(seconds);
  });

  it('waits as long as the server asked, when that is longer', () => {
    const [event] = decideJob(failStage(1, 'fetch', { retryAfterMs: 600_000 }), jobIn.running);
    expect(event).toMatchObject({ data: { retryAt: noon + 3000 + 600_000 } });
  });

  it('does not retry what cannot succeed', () => {
    expect(types(decideJob(failStage(1, 'fetch', { retryable: false }), jobIn.running))).toEqual(['JobFailed']);
  });

  it('accepts a repeated report', () => {
    const job = after(createJob, claimStage(), failStage(1, 'fetch'));
    expect(decideJob(failStage(1, 'fetch'), job)).toEqual([]);
  });
});

describe('cancelling', () => {
  it('ends a job at once while no runner works on it, also while it waits for a retry', () => {
    const waiting = after(createJob, claimStage(), failStage(1, 'fetch'));
    expect(types(decideJob(cancelJob, waiting))).toEqual(['JobCancelled']);
  });

  it('asks the runner to stop first; a second request changes nothing', () => {
    const job = after(createJob, claimStage(), cancelJob);
    expect(job).toMatchObject({ status: 'running', cancel: { deadline: noon + 7000 } });
    expect(decideJob(cancelJob, job)).toEqual([]);
  });

  it('ends without the runner at the deadline', () => {
    const job = after(createJob, claimStage(), cancelJob);
    const events = decideJob({ type: 'ForceCancel', data: { at: noon + 7000 } }, job);
    expect(events).toMatchObject([{ type: 'JobCancelled', data: { forced: true } }]);
    expect(refusalOf(completeStage(1, 'fetch'), fold(job, events))).toMatchObject({ code: 'STALE_CLAIM' });
  });

  it('ends with an error of the stage, which is not retried', () => {
    const job = after(createJob, claimStage(), cancelJob);
    expect(types(decideJob(failStage(1, 'fetch'), job))).toEqual(['JobCancelled']);
  });

  it.each(['completed', 'failed'] as const)('is refused for a %s job', (state) => {
    expect(refusalOf(cancelJob, jobIn[state])).toMatchObject({ code: 'JOB_NOT_CANCELLABLE' });
  });
});

describe('a claim that falls silent or makes no progress', () => {
  const expire: JobCommand = { type: 'ExpireClaim', data: { claim: 1, random: 0.5, at: noon + 61_000 } };

  it('is offered again under the next number', () => {
    const job = fold(jobIn.running, decideJob(expire, jobIn.running));
    expect(job).toMatchObject({ status: 'running', claim: null });
    const next = claimStage({ delivery: { id: 'message-2', sequence: 9 } });
    expect(decideJob(next, job)).toMatchObject([{ data: { claim: 2 } }]);
  });

  it('is not offered again when a newer claim holds the job', () => {
    const job = after(createJob, claimStage(), claimStage({ delivery: { id: 'message-1', sequence: 2 } }));
    expect(decideJob(expire, job)).toEqual([]);
  });

  it('is marked as stalled once when it makes no progress, and recovers', () => {
    const stall: JobCommand = { type: 'StallClaim', data: { claim: 1, since: noon + 1000, at: noon + 700_000 } };
    const stalled = fold(jobIn.running, decideJob(stall, jobIn.running));
    expect(stalled).toMatchObject({ status: 'running', claim: { stalledSince: noon + 1000 } });
    expect(decideJob(stall, stalled)).toEqual([]);
    const recover: JobCommand = { type: 'RecoverClaim', data: { claim: 1, at: noon + 800_000 } };
    expect(fold(stalled, decideJob(recover, stalled))).toMatchObject({ claim: { stalledSince: null } });
  });
});
