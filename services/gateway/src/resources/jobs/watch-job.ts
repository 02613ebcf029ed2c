import { invalid, problem, type JobEventPage, type JobEventView } from '@tidemark/contracts';
import { withTimeout } from '@tidemark/foundation';
import { isUnavailable, toTidemarkError } from '../../edge/errors/to-error.js';

export interface JobSource {
  /** Stored events from a revision on, at most `pageSize`. @throws TidemarkError NOT_FOUND · … */
  readonly fetch: (from: number) => Promise<JobEventPage>;
  readonly pageSize: number;
  /** Calls back with the revision of new events, lossily; the answer ends it. */
  readonly onEvent: (heard: (revision: number) => void) => () => void;
  /** Milliseconds between two looks when nothing was heard. */
  readonly pollMs: number;
}

/** Pages of events; the result tells whether there would be more. */
export type Watch<Page = JobEventView[]> = AsyncGenerator<Page, 'aborted' | void>;

/**
 * The stored events of a job from a revision on, then each new one, in order, none twice and none left out; ends when
 * the job has ended or, with that as its result, `signal` is aborted. The next page is fetched when the last one was taken, so a slow reader
 * costs one page of memory. A source that is down for a while is asked again.
 * @throws what the first fetch throws, VALIDATION_FAILED when `from` is beyond the job; later only what asking again
 *   would not help
 */
export async function* watchJob(source: JobSource, from: number, signal: AbortSignal): Watch {
  let next = from;
  let ring = Promise.withResolvers<void>();
  const wake = () => ring.resolve();
  const stop = source.onEvent((revision) => revision >= next && wake());
  signal.addEventListener('abort', wake);
  try {
    for (let first = true; !signal.aborted; first = false) {
      // New before the look: what is heard from here on leads to another one.
      ring = Promise.withResolvers();
      const page = await look(source, next, first);
      const fresh = page?.events.filter(({ revision }) => revision >= next) ?? [];
      if (fresh.length > 0) {
        next = fresh.at(-1)!.revision + 1;
        yield fresh;
      }
      if (page?.ended) return;
      if (page?.events.length !== source.pageSize && !signal.aborted)
        await withTimeout(ring.promise, source.pollMs, () => {});
    }
    return 'aborted';
  } finally {
    stop();
    signal.removeEventListener('abort', wake);
  }
}

/** Undefined: the source is down for now. */
async function look({ fetch }: JobSource, next: number, first: boolean): Promise<JobEventPage | undefined> {
  try {
    // One event back, so that a job that has ended is recognised when there is nothing new.
    const page = await fetch(Math.max(0, next - 1));
    if (first && page.events.length === 0) throw invalid([problem('from', 'is beyond the last event')]);
    return page;
  } catch (thrown) {
    const error = toTidemarkError(thrown);
    if (first || !isUnavailable(error)) throw error;
    return undefined;
  }
}
