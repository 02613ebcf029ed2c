import { describe, expect, it } from '@jest/globals';
import { decideJob } from './job.decide.js';
import {
  after,
  claimStage,
  completeStage,
  createJob,
  existing,
  failStage,
  fold,
  jobIn,
  noon,
  refusalOf,
  saveCheckpoint,
} from './job.fixtures.js';

describe('a checkpoint inside a stage', () => {
  const started = after(createJob, claimStage());
  const saved = saveCheckpoint(1, 'fetch', 1, { counts: { processed: 10 }, metrics: { pages: 1 } });

  it('is kept, with its counts and metrics, and counts as progress of the claim', () => {
    const job = existing(createJob, claimStage(), saved);
    expect(job.checkpoint).toMatchObject({ claim: 1, stage: 'fetch', sequence: 1, saved: { cursor: { at: 1 } } });
    expect(job.counts.processed).toBe(10);
    expect(job.metrics).toEqual({ pages: 1 });
    expect(job.claim?.advancedAt).toBe(saved.data.at);
  });

  it('is recorded once, also when its report is repeated after later ones', () => {
    const job = fold(started, decideJob(saved, started));
    expect(decideJob(saved, job)).toEqual([]);
    const later = fold(job, decideJob(saveCheckpoint(1, 'fetch', 2), job));
    expect(decideJob(saved, later)).toEqual([]);
    const completed = fold(later, decideJob(completeStage(1, 'fetch'), later));
    expect(decideJob(saveCheckpoint(1, 'fetch', 2), completed)).toEqual([]);
  });

  it('is refused of a claim that is over, of another stage, and of a job that ended', () => {
    expect(refusalOf(saveCheckpoint(2, 'fetch', 1), started)).toMatchObject({ code: 'STALE_CLAIM' });
    expect(refusalOf(saveCheckpoint(1, 'snapshot', 1), started)).toMatchObject({ code: 'CONFLICT' });
    expect(
      refusalOf(saveCheckpoint(1, 'fetch', 1), after(createJob, claimStage(), failStage(1, 'fetch'))),
    ).toMatchObject({ code: 'STALE_CLAIM' });
    expect(refusalOf(saveCheckpoint(1, 'snapshot', 1), jobIn.completed)).toMatchObject({ code: 'STALE_CLAIM' });
  });

  it('outlives its claim and its attempt, and ends with its stage', () => {
    const retrying = existing(createJob, claimStage(), saved, failStage(1, 'fetch'));
    expect(retrying.checkpoint?.saved.cursor).toEqual({ at: 1 });
    expect(existing(createJob, claimStage(), saved, completeStage(1, 'fetch')).checkpoint).toBeNull();
  });

  it('resets the count of lost claims: the job does not kill its runners', () => {
    const expired = { type: 'ExpireClaim', data: { claim: 1, random: 0.5, at: noon + 5000 } } as const;
    const again = claimStage({ delivery: { id: 'message-2', sequence: 2 } });
    expect(existing(createJob, claimStage(), expired, again).lostClaims).toBe(1);
    expect(existing(createJob, claimStage(), expired, again, saveCheckpoint(2, 'fetch', 1)).lostClaims).toBe(0);
  });
});
