import type { Cursor } from './pipeline.js';
import type { JobResult, JobState } from './job.js';

export const connectionStates = ['active', 'disconnected', 'error', 'revoked'] as const;
export type ConnectionState = (typeof connectionStates)[number];

export const intervals = ['realtime', 'hourly', 'daily', 'manual'] as const;
export type Interval = (typeof intervals)[number];

/** When a connection syncs: every 5 minutes (`realtime`), hour, day, only when asked (`manual`), or by a cron expression. */
export type Schedule =
  | { readonly every: Interval }
  | {
      readonly cron: string;
      /** IANA name. Default UTC. */
      readonly timeZone?: string;
    };

export const busyPolicies = ['queue', 'reject'] as const;
/** What becomes of a new job when the tenant's cap is reached or the connection has a job: wait, or be refused. */
export type BusyPolicy = (typeof busyPolicies)[number];

/** The connector and its settings. Never secrets: credentials are held apart and referred to. */
export interface Source {
  readonly connector: string;
  readonly config: { readonly [key: string]: unknown };
}

/** Where a connection writes to. */
export interface DestinationSettings extends Source {
  /** Unique within the connection. */
  readonly name: string;
}

/** The tenant whose connections are the providers: dependencies that are fetched once for all who subscribe to them. */
export const CATALOGUE = 'catalogue';

/** The source of a subscription: the provider's snapshots and changes, read-only. */
export const subscriptionTo = (providerId: string): Source => ({ connector: 'provider', config: { providerId } });

/** What the id of a tenant's subscription to a provider derives from (UUID v5): there is one of them at most. */
export const subscriptionKey = (tenant: string, providerId: string) => ['subscription', tenant, providerId] as const;

/** The provider that a connection with this source subscribes to; null when it reads a source of its own. */
export const providerIdOf = ({ connector, config }: Source): string | null =>
  connector === 'provider' ? String(config['providerId']) : null;

/** A connection as API, CLI and gRPC show it. Times are ISO 8601 in UTC. */
export interface ConnectionView {
  readonly id: string;
  readonly name: string;
  readonly state: ConnectionState;
  /** True: no automatic syncs; asked-for ones still run. */
  readonly paused: boolean;
  readonly source: Source;
  readonly schedule: Schedule;
  readonly whenBusy: BusyPolicy;
  readonly nextSyncAt: string | null;
  readonly lastSync: {
    readonly jobId: string;
    readonly state: JobState;
    readonly result: JobResult | null;
    readonly endedAt: string;
  } | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface CursorView {
  /** Null before the first completed job. */
  readonly cursor: Cursor | null;
  /** The job that committed it. */
  readonly jobId: string | null;
  /** ISO 8601, UTC. */
  readonly committedAt: string | null;
}
