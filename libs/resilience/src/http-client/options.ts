import type { Credential } from '../credentials/credential.js';
import type { RetrySchedule } from '../retry-schedule.js';
import type { Side } from './http-types.js';

/** How much one credential may ask, and one target is asked. */
export interface HttpLimits {
  /** Of the credential, all clients together; when clients disagree, that of the latest call holds. Default: no limit. */
  readonly requestsPerSecond?: number;
  /** How many may go at once after a pause; default `requestsPerSecond`, at least 1. */
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
  /** Of what may be sent again; default that of the pool. Nothing is ever sent again that may not be. */
  readonly retries?: RetrySchedule;
  /** What breaker and in-flight cap are kept for. Default: the origin of each request. */
  readonly target?: string;
}
