import type { Clock } from '@tidemark/foundation';
import type { AllowList } from '../allow-list.js';
import type { CircuitBreaker } from '../circuit-breaker.js';
import type { RetrySchedule } from '../retry-schedule.js';
import type { Allowance } from './allowance.js';
import type { Connections } from './connections.js';
import type { InFlightGate } from './in-flight-gate.js';

/** The state of one target, for all callers. */
export interface Target {
  readonly breaker: CircuitBreaker;
  readonly gate: InFlightGate;
}

/** The part of a pool that its clients use. Times in milliseconds, sizes in bytes. */
export interface PoolParts {
  readonly settings: {
    readonly allow: AllowList;
    readonly maxBytes: number;
    readonly maxRedirects: number;
    readonly userAgent: string;
    readonly inFlight: number;
    readonly retries: RetrySchedule;
    readonly clock: Clock;
    readonly random: () => number;
  };
  readonly connections: Connections;
  target(name: string): Target;
  allowance(credential: string | undefined, target: string): Allowance;
}
