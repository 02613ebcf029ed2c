export {
  exponentialRetrySchedule,
  jobRetrySchedule,
  nextDelay,
  retrySchedule,
  type RetrySchedule,
} from './retry-schedule.js';
export { createGuardedFetch, type GuardOptions } from './guarded-fetch.js';
export { parseAllowList, type AllowList } from './allow-list.js';
export { displayUrl, FetchError, type FetchErrorCode } from './fetch-error.js';
export type { Resolve } from './fetch-target.js';
export type { Condition, FetchOptions, FetchResult, GuardedFetch } from './fetch-types.js';
