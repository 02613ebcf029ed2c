/** When to retry: the delay before each retry in milliseconds, and its jitter. Plain data. */
export interface RetrySchedule {
  /** One entry per retry; as many retries as entries. */
  readonly delaysMs: readonly number[];
  /** Largest deviation as a fraction: 0.25 is ±25 %. It keeps callers that failed together from retrying together. */
  readonly jitter: number;
}

const JITTER = 0.25;

/** A schedule with the given delays in seconds. */
export function retrySchedule(delaysSeconds: readonly number[], jitter = JITTER): RetrySchedule {
  return { delaysMs: delaysSeconds.map((seconds) => seconds * 1000), jitter };
}

/** A schedule whose delays grow by `factor` from `firstSeconds` up to `maxSeconds`. */
export function exponentialRetrySchedule(options: {
  readonly retries: number;
  readonly firstSeconds: number;
  readonly maxSeconds: number;
  readonly factor?: number;
  readonly jitter?: number;
}): RetrySchedule {
  const { retries, firstSeconds, maxSeconds, factor = 2, jitter } = options;
  const delays = Array.from({ length: retries }, (_, n) => Math.min(firstSeconds * factor ** n, maxSeconds));
  return retrySchedule(delays, jitter);
}

/** Integration jobs: after 1, 5 and 15 minutes, three times at most. */
export const jobRetrySchedule = retrySchedule([60, 300, 900]);

/** Forwarding to a SIEM: soon and often, because it is in order. */
export const siemRetrySchedule = retrySchedule([1, 2, 5, 10, 30]);

/** Webhooks, per endpoint: from 10 s on, doubled up to an hour; the last attempt is about two and a half hours after the first. */
export const webhookRetrySchedule = exponentialRetrySchedule({ retries: 10, firstSeconds: 10, maxSeconds: 3600 });

/** Enrichment: twice, from 60 s up to 300 s. */
export const enrichmentRetrySchedule = exponentialRetrySchedule({
  retries: 2,
  firstSeconds: 60,
  maxSeconds: 300,
  factor: 5,
});

/**
 * Milliseconds to wait before the next retry when `retryCount` retries have been made, or null when no retry is left.
 * Pure: `random` is a number from 0 up to 1 that the caller draws.
 */
export function nextDelay(schedule: RetrySchedule, retryCount: number, random: number): number | null {
  const delay = schedule.delaysMs[retryCount];
  return delay === undefined ? null : Math.round(delay * (1 + schedule.jitter * (2 * random - 1)));
}
