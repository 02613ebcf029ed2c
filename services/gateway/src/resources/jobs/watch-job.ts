import { invalid, problem, type JobEventPage, type JobEventView } from '@tidemark/contracts';
import { withTimeout } from '@tidemark/foundation';
import { isUnavailable, toTidemarkError } from '../../edge/errors/to-error.js';

export interface JobSource {
  /** Stored events, starting at a revision; at most `pageSize`. @throws TidemarkError NOT_FOUND · … */
  readonly fetch: (from: number) => Promise<JobEventPage>;
  readonly pageSize: number;
  /** Calls back with the revision of new events, lossily; the returned function stops it. */
  readonly onEvent: (notify: (revision: number) => void) => () => void;
  /** Milliseconds between polls when no event is reported. */
  readonly pollMs: number;
}

/** Pages of events; the result is `aborted` when there may be more. */
export type Watch<Page = JobEventView[]> = AsyncGenerator<Page, 'aborted' | void>;

/**
 * The stored events of a job, starting at a revision, then each new one, in order, exactly once; ends when
 * the job has ended or `signal` is aborted. A page is fetched when the previous one was read, so a slow reader
 * costs one page of memory. Only the first page may be empty. A source that is down is polled again.
 * @throws what the first fetch throws, VALIDATION_FAILED when `from` is beyond the last event; later only errors
 *   that a retry would not help
 */
export async function* watchJob(source: JobSource, from: number, signal: AbortSignal): Watch {
  let next = from;
  let wakeup = Promise.withResolvers<void>();
  const wake = () => wakeup.resolve();
  const stop = source.onEvent((revision) => revision >= next && wake());
  signal.addEventListener('abort', wake);
  try {
    for (let first = true; !signal.aborted; first = false) {
      // Renewed before the fetch: an event that is reported from here on leads to another fetch.
      wakeup = Promise.withResolvers();
      const page = await fetchPage(source, next, first);
      const fresh = page?.events.filter(({ revision }) => revision >= next) ?? [];
      next = (fresh.at(-1)?.revision ?? next - 1) + 1;
      // The first page may be empty: it says that the job exists and has not ended.
      if (fresh.length > 0 || (first && !page?.ended)) yield fresh;
      if (page?.ended) return;
      if (page?.events.length !== source.pageSize && !signal.aborted)
        await withTimeout(wakeup.promise, source.pollMs, () => {});
    }
    return 'aborted';
  } finally {
    stop();
    signal.removeEventListener('abort', wake);
  }
}

/** Undefined while the source is down. */
async function fetchPage({ fetch }: JobSource, next: number, first: boolean): Promise<JobEventPage | undefined> {
  try {
    // Starts one event earlier, so that an ended job is recognised when there is nothing new.
    const page = await fetch(Math.max(0, next - 1));
    if (first && page.events.length === 0) throw invalid([problem('from', 'is beyond the last event')]);
    return page;
  } catch (thrown) {
    const error = toTidemarkError(thrown);
    if (first || !isUnavailable(error)) throw error;
    return undefined;
  }
}
