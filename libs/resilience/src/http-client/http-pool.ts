import { systemClock, type Clock } from '@tidemark/foundation';
import { type AllowList, parseAllowList } from '../allow-list.js';
import { type BreakerChange, type BreakerPolicy, CircuitBreaker } from '../circuit-breaker.js';
import { type Resolve, systemResolve } from '../fetch-target.js';
import { retrySchedule, type RetrySchedule } from '../retry-schedule.js';
import { type CheckedAddress, resolveGuarded, type ResolveGuardedOptions } from '../resolve-guarded.js';
import { Connections } from './connections.js';
import { PooledClient } from './pooled-client.js';
import { InFlightGate } from './in-flight-gate.js';
import type { HttpClient } from './http-types.js';
import type { HttpClientOptions } from './options.js';
import { Allowance } from './allowance.js';
import type { PoolParts, Target } from './pool-parts.js';

/** How a pool is set up. Times in milliseconds, sizes in bytes. */
export interface HttpPoolOptions {
  /** Hosts, host:port and CIDRs that may be called although they are not public. Default: none. */
  readonly allow?: readonly string[];
  /** Default: the system's resolver. */
  readonly resolve?: Resolve;
  /** DNS, TCP and TLS of one connection; default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Of an idle connection; default 30 s. */
  readonly keepAliveMs?: number;
  /** Largest body after decompression; default 64 MiB. */
  readonly maxBytes?: number;
  /** Default 5. */
  readonly maxRedirects?: number;
  readonly userAgent?: string;
  /** Calls to one target at the same time; default 16. */
  readonly inFlight?: number;
  /** Delays between retries; default 0.5 and 2 s. */
  readonly retries?: RetrySchedule;
  readonly breaker?: Partial<BreakerPolicy>;
  /** Called for every breaker that changes its state. */
  readonly onBreakerChange?: (change: BreakerChange) => void;
  readonly clock?: Clock;
  /** From 0 up to 1. */
  readonly random?: () => number;
}

/** The state that all clients of a process share: connections, breakers and in-flight caps by target, allowances by credential. */
export interface HttpPool {
  /** A client for one connection to another system; cheap. Closing it leaves the pool as it is. @throws RangeError */
  client(options: HttpClientOptions): HttpClient;
  /** An address for a connection that is not HTTP, checked by the rules of this pool. @throws Terminal · Retryable */
  resolveGuarded(host: string, port: number, options: GuardedHostOptions): Promise<CheckedAddress>;
  /** The breaker of a target, also for calls that are not HTTP. */
  breaker(target: string): CircuitBreaker;
  /** Ends all calls and closes all connections. */
  close(): Promise<void>;
}

export type GuardedHostOptions = Omit<ResolveGuardedOptions, 'allow' | 'resolve'>;

type Settings = Required<Omit<HttpPoolOptions, 'allow'>> & { readonly allow: AllowList };

class SharedPool implements HttpPool, PoolParts {
  readonly settings: Settings;
  readonly connections: Connections;
  readonly #targets = new Map<string, Target>();
  readonly #allowances = new Map<string, Allowance>();
  readonly #clients = new Set<PooledClient>();

  constructor(options: HttpPoolOptions) {
    this.settings = { ...DEFAULTS, ...options, allow: parseAllowList(options.allow ?? []) };
    this.connections = new Connections(this.settings);
  }

  client(options: HttpClientOptions): HttpClient {
    for (const [name, limit] of Object.entries(options.limits ?? {}))
      if (limit !== undefined && !(limit > 0)) throw new RangeError(`limits.${name}: must be above 0, not ${limit}`);
    const client = new PooledClient(this, options, () => this.#clients.delete(client));
    this.#clients.add(client);
    return client;
  }

  resolveGuarded(host: string, port: number, options: GuardedHostOptions): Promise<CheckedAddress> {
    const { allow, resolve } = this.settings;
    return resolveGuarded(host, port, { ...options, allow, resolve });
  }

  breaker(target: string): CircuitBreaker {
    return this.target(target).breaker;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients].map((client) => client.close()));
    await this.connections.close();
  }

  target(name: string): Target {
    const { breaker, clock, onBreakerChange: onStateChange } = this.settings;
    return kept(this.#targets, name, isQuiet, () => ({
      breaker: new CircuitBreaker({ ...breaker, target: name, clock, onStateChange }),
      gate: new InFlightGate(),
    }));
  }

  allowance(credential: string | undefined, target: string): Allowance {
    const key = JSON.stringify([credential ?? null, target]);
    const create = () => new Allowance(target, this.settings.clock);
    return kept(this.#allowances, key, ({ idle }) => idle, create);
  }
}

/** @throws Error for a bad `allow` entry */
export function createHttpPool(options: HttpPoolOptions = {}): HttpPool {
  return new SharedPool(options);
}

/** A client with a pool of its own, which it closes with itself. @throws Error for a bad `allow` entry */
export function createHttpClient(options: HttpPoolOptions & HttpClientOptions): HttpClient {
  const pool = createHttpPool(options);
  const client = pool.client(options);
  return { request: (request) => client.request(request), close: () => pool.close() };
}

const DEFAULTS = {
  resolve: systemResolve,
  connectTimeoutMs: 10_000,
  keepAliveMs: 30_000,
  maxBytes: 64 * 1024 ** 2,
  maxRedirects: 5,
  userAgent: 'tidemark',
  inFlight: 16,
  retries: retrySchedule([0.5, 2]),
  breaker: {},
  onBreakerChange: () => {},
  clock: systemClock,
  random: Math.random,
};

const isQuiet = ({ breaker: { state }, gate }: Target) =>
  state.status === 'closed' && state.failures === 0 && gate.idle;

/** Targets and credentials come from tenants; from this many on, idle ones are dropped. */
const MANY = 4096;

function kept<T>(all: Map<string, T>, key: string, quiet: (value: T) => boolean, create: () => T): T {
  const known = all.get(key);
  if (known) return known;
  if (all.size >= MANY) for (const [name, value] of all) if (quiet(value)) all.delete(name);
  const value = create();
  all.set(key, value);
  return value;
}
