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
export { CredentialVault, type CredentialVaultOptions } from './credentials/credential-vault.js';
export {
  EnvelopeError,
  keyIdOf,
  type MasterKeys,
  open as openEnvelope,
  parseMasterKeys,
  seal as sealEnvelope,
} from './credentials/envelope.js';
export { FileSecretStore } from './credentials/file-secret-store.js';
export { MemorySecretStore, type SecretStore, type StoredSecret } from './credentials/secret-store.js';
export {
  type AuthorizationRequest,
  buildAuthorizationUrl,
  type CodeAnswer,
  exchangeCode,
  type TokenEndpointOptions,
} from './credentials/token-endpoint.js';
