import type { Credential } from '../credentials/credential.js';
import type { RetrySchedule } from '../retry-schedule.js';
import type { Side } from './http-types.js';

/** Limits per credential and per target. */
export interface HttpLimits {
  /** Per credential, all clients together; if clients disagree, the latest call's value applies. Default: no limit. */
  readonly requestsPerSecond?: number;
  /** Maximum burst after a pause; default `requestsPerSecond`, at least 1. */
  readonly burst?: number;
  /** Calls to the target at the same time, all clients together; default that of the pool. */
  readonly inFlight?: number;
}

export interface HttpClientOptions {
  readonly side: Side;
  readonly credential?: Credential;
  /** Where the credential may be sent: `https://api.example.com`, …; a request elsewhere is refused. Default: anywhere. */
  readonly origins?: readonly string[];
  readonly limits?: HttpLimits;
  /** Delays between retries; default those of the pool. Only retryable requests are retried. */
  readonly retries?: RetrySchedule;
  /** The key of breaker and in-flight cap. Default: the origin of each request. */
  readonly target?: string;
}
