import { describe, expect, it } from '@jest/globals';
import { TidemarkError, type JobEventPage, type JobEventView } from '@tidemark/contracts';
import { watchJob, type JobSource } from './watch-job.js';

const pageSize = 3;
const eventAt = (revision: number): JobEventView => ({ revision, type: 'E', at: '', message: '', data: {} });

/** A job whose events are stored one by one; `notify` announces them, `store` alone does not. */
class Job implements JobSource {
  readonly pageSize = pageSize;
  pollMs = 3_600_000;
  stored = 0;
  over = false;
  failure: TidemarkError | undefined;
  fetches: number[] = [];
  heard: ((revision: number) => void) | undefined;
  /** Runs while a page is on its way to the watcher. */
  meanwhile: (() => void) | undefined;

  fetch = async (from: number): Promise<JobEventPage> => {
    this.fetches.push(from);
    if (this.failure) throw this.failure;
    const last = Math.min(this.stored, from + pageSize);
    const events = Array.from({ length: Math.max(0, last - from) }, (_, index) => eventAt(from + index));
    const page = { events, ended: this.over && events.at(-1)?.revision === this.stored - 1 };
    this.meanwhile?.();
    return page;
  };

  onEvent = (heard: (revision: number) => void) => {
    this.heard = heard;
    return () => (this.heard = undefined);
  };

  store(count: number): this {
    this.stored += count;
    return this;
  }

  notify(): void {
    this.heard?.(this.stored - 1);
  }

  end(): this {
    this.store(1).over = true;
    return this;
  }
}

const unavailable = new TidemarkError('SERVICE_UNAVAILABLE', 'down');

function watch(job: Job, from = 0) {
  const abort = new AbortController();
  const pages = watchJob(job, from, abort.signal);
  const revisions = async () => (await Array.fromAsync(pages)).flat().map(({ revision }) => revision);
  return { abort, pages, revisions };
}

describe('watchJob', () => {
  it('yields an empty first page at once when there is nothing new yet', async () => {
    const job = new Job().store(3);
    const { abort, pages } = watch(job, 3);
    expect(await pages.next()).toEqual({ done: false, value: [] });
    const next = pages.next();
    job.end().notify();
    expect(await next).toMatchObject({ value: [{ revision: 3 }] });
    expect(await pages.next()).toMatchObject({ done: true });
    abort.abort();
  });

  it('yields all stored events of an ended job, over several pages, and ends', async () => {
    const job = new Job().store(7).end();
    expect(await watch(job).revisions()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(job.heard).toBeUndefined();
  });

  it.each([1, 2, 3, 4, 7])('resumes exactly at revision %i', async (from) => {
    const job = new Job().store(7).end();
    expect(await watch(job, from).revisions()).toEqual([0, 1, 2, 3, 4, 5, 6, 7].slice(from));
  });

  it('ends at once when resumed after the last event of an ended job', async () => {
    expect(await watch(new Job().store(2).end(), 3).revisions()).toEqual([]);
  });

  it('refuses to begin beyond the last event', async () => {
    await expect(watch(new Job().store(2), 4).revisions()).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
  });

  it('yields new events as they are announced', async () => {
    const job = new Job().store(1);
    const { pages } = watch(job);
    expect((await pages.next()).value).toEqual([eventAt(0)]);
    const next = pages.next();
    job.store(2).notify();
    expect((await next).value).toEqual([eventAt(1), eventAt(2)]);
    const last = pages.next();
    job.end().notify();
    expect((await last).value).toEqual([eventAt(3)]);
    expect((await pages.next()).done).toBe(true);
  });

  it('misses no event that is stored while a page is on its way', async () => {
    const job = new Job().store(1);
    job.meanwhile = () => {
      job.meanwhile = undefined;
      job.end().notify();
    };
    expect(await watch(job).revisions()).toEqual([0, 1]);
  });

  it('does not fetch again for events that it has', async () => {
    const job = new Job().store(2);
    const { pages } = watch(job);
    await pages.next();
    const next = pages.next();
    job.heard?.(1);
    job.heard?.(0);
    job.end().notify();
    await next;
    expect(job.fetches).toEqual([0, 1]);
  });

  it('finds events that were not announced', async () => {
    const job = new Job().store(1);
    job.pollMs = 1;
    const { pages } = watch(job);
    await pages.next();
    job.end();
    expect((await pages.next()).value).toEqual([eventAt(1)]);
  });

  it('continues when the source was down for a while, but not when it was down at first', async () => {
    const job = new Job().store(1);
    job.pollMs = 1;
    const { pages } = watch(job);
    await pages.next();
    job.failure = unavailable;
    const next = pages.next();
    job.meanwhile = undefined;
    while (job.fetches.length < 3) await new Promise(setImmediate);
    job.failure = undefined;
    job.end();
    expect((await next).value).toEqual([eventAt(1)]);

    const down = new Job();
    down.failure = unavailable;
    await expect(watch(down).revisions()).rejects.toBe(unavailable);
  });

  it('throws errors that a retry would not help', async () => {
    const job = new Job().store(1);
    const { pages } = watch(job);
    await pages.next();
    job.failure = new TidemarkError('NOT_FOUND', 'gone');
    const next = pages.next();
    job.store(1).notify();
    await expect(next).rejects.toBe(job.failure);
    expect(job.heard).toBeUndefined();
  });

  it('ends when it is aborted, while it waits and between pages', async () => {
    const job = new Job().store(1);
    const waiting = watch(job);
    await waiting.pages.next();
    const next = waiting.pages.next();
    waiting.abort.abort();
    expect((await next).done).toBe(true);
    expect(job.heard).toBeUndefined();

    const between = watch(job);
    await between.pages.next();
    between.abort.abort();
    expect((await between.pages.next()).done).toBe(true);
  });
});
