import type { WriteMode } from '@tidemark/contracts';
import type { WebhookSettings } from '@tidemark/webhooks';
import type { z } from 'zod';

/** Kinds of credentials; `none` if the system requires none. */
export const authKinds = [
  'none',
  'bearer',
  'basic',
  'api-key',
  'oauth2-authorization-code',
  'oauth2-client-credentials',
] as const;
export type AuthKind = (typeof authKinds)[number];

export const syncModes = ['full', 'incremental', 'backfill'] as const;
/** Read everything; read changes since the cursor; read a past window in chunks. */
export type SyncMode = (typeof syncModes)[number];

export type { WriteMode };
export const writeModes = ['append', 'upsert', 'update', 'mirror'] as const satisfies readonly WriteMode[];

/** A connector's identity, capabilities and config schema. Does no I/O. */
export interface Manifest<Config = unknown> {
  /** Lower case, with hyphens; unique. */
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly description: string;
  /** A strict object: unknown fields are refused, so that typos are found. Never secrets. */
  readonly config: z.ZodType<Config>;
  readonly auth: readonly AuthKind[];
  /** An address of the only origin that the credential may be sent to, wherever links lead. */
  credentialOrigin?(config: Config): string;
  /** Limits from the config; they override those of source and destination. */
  callLimits?(config: Config): CallLimits;
  readonly source?: SourceManifest;
  readonly destination?: DestinationManifest;
  /** How the system's webhooks are verified and read; undefined: this config takes none. */
  webhook?(config: Config): WebhookSettings | undefined;
  /** Kinds of the pipelines that jobs of a connection with this source may run, the default one first. */
  readonly pipelines?: readonly string[];
}

export interface SourceManifest {
  /** What can be read; `configured` if the connection's config names the objects. */
  readonly objects: readonly ObjectManifest[] | 'configured';
  readonly modes: readonly SyncMode[];
  readonly pageSize: PageSizeRange;
  readonly limits?: CallLimits;
}

/** One kind of object that can be read. */
export interface ObjectManifest {
  readonly name: string;
  readonly title: string;
  /** Whether a read from the last cursor returns only later changes. */
  readonly incremental: boolean;
  /** Whether deletions are reported. */
  readonly deletions: boolean;
  /** Milliseconds by which a read overlaps the previous one, for changes that become visible late; default 0. */
  readonly lookBackMs?: number;
}

export interface DestinationManifest {
  readonly modes: readonly WriteMode[];
  /** Rows in one call of `write`. */
  readonly batchSize: { readonly initial: number; readonly max: number };
  /** Concurrent calls of `write`. */
  readonly concurrency: number;
  readonly limits?: CallLimits;
}

/** Records per page; a page that the source cannot deliver in time is requested again with half as many. */
export interface PageSizeRange {
  readonly min: number;
  readonly initial: number;
  readonly max: number;
}

/** The system's limits per credential. */
export interface CallLimits {
  readonly requestsPerSecond?: number;
  readonly burst?: number;
  readonly inFlight?: number;
}
