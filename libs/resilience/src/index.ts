export { displayUrl, FetchError, type FetchErrorCode } from './fetch-error.js';
export type { Condition, FetchOptions, FetchResult, GuardedFetch } from './fetch-types.js';
