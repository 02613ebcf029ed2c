export {
  enrichmentRetrySchedule,
  exponentialRetrySchedule,
  jobRetrySchedule,
  nextDelay,
  retrySchedule,
  siemRetrySchedule,
  webhookRetrySchedule,
  type RetrySchedule,
} from './retry-schedule.js';
export { parseAllowList, type AllowList } from './allow-list.js';
export { displayUrl, type FetchErrorCode } from './fetch-error.js';
export type { Resolve } from './fetch-target.js';
export {
  AuthExpired,
  ExternalError,
  type ExternalErrorOptions,
  NO_ACCESS_TOKEN,
  RateLimited,
  Retryable,
  Terminal,
} from './external-error.js';
export {
  type BreakerChange,
  type BreakerInput,
  type BreakerOptions,
  type BreakerPermit,
  type BreakerPolicy,
  type BreakerState,
  CircuitBreaker,
  closedBreaker,
  nextBreakerState,
  type Verdict,
  verdictOf,
} from './circuit-breaker.js';
export { isOverload, PageSize, type PageSizeLimits, type PageSizeOptions } from './page-size.js';
export { type CheckedAddress, resolveGuarded, type ResolveGuardedOptions } from './resolve-guarded.js';
export { createHttpClient, createHttpPool, type HttpPool, type HttpPoolOptions } from './http-client/http-pool.js';
export { excerptOf } from './http-client/error-detail.js';
export { exactNumber, type InexactNumbers, JsonTooDeep, parseJson } from './http-client/exact-json.js';
export { jsonErrorPosition } from './http-client/json-position.js';
export type {
  Condition,
  HttpClient,
  HttpMethod,
  HttpRequest,
  HttpResponse,
  Meaning,
  Side,
} from './http-client/http-types.js';
export type { OnOverload } from './http-client/overload.js';
export type { HttpClientOptions, HttpLimits } from './http-client/options.js';
export type { Credential, CredentialKind } from './credentials/credential.js';
export type { CredentialData, OAuthClient, OAuthTokens } from './credentials/credential-data.js';
export { createCredential } from './credentials/create-credential.js';
export { credentialFaults, credentialKinds } from './credentials/credential-faults.js';
export { EnvelopeError, keyIdOf, type MasterKeys, open, parseMasterKeys, seal } from './credentials/envelope.js';
export { isSameRenewal, type HeldTokens, type Renewal, type TokenKeeper } from './credentials/held-tokens.js';
export { OAuthCredential } from './credentials/oauth-credential.js';
export { StaticCredential } from './credentials/static-credential.js';
export {
  type AuthorizationRequest,
  buildAuthorizationUrl,
  type CodeAnswer,
  exchangeCode,
  type TokenEndpointOptions,
} from './credentials/token-endpoint.js';
