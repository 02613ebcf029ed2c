import type { z } from 'zod';

/** How a connection may prove who it is; `none` where the other side asks for nothing. */
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
/** Read everything; what changed since the cursor; a window of the past, in chunks. */
export type SyncMode = (typeof syncModes)[number];

export const writeModes = ['append', 'upsert', 'update', 'mirror'] as const;
/** Add rows; add or change by key; change only what is there; as upsert, and delete what is gone. */
export type WriteMode = (typeof writeModes)[number];

/** The part of a connector that does no I/O: what it is, what it can do, and which configs it accepts. */
export interface Manifest<Config = unknown> {
  /** Lower case, with hyphens; unique. */
  readonly name: string;
  readonly title: string;
  /** One sentence. */
  readonly description: string;
  /** A strict object: unknown fields are refused, so that a slip of the pen is seen. Never secrets. */
  readonly config: z.ZodType<Config>;
  readonly auth: readonly AuthKind[];
  /** An address of the origin that the credential is meant for; it is sent to no other, wherever a link leads. */
  credentialOrigin?(config: Config): string;
  /** Limits that a config sets, in place of those below. */
  callLimits?(config: Config): CallLimits;
  readonly source?: SourceManifest;
  readonly destination?: DestinationManifest;
  /** Kinds of the pipelines that jobs of a connection with this source may run, the default one first. */
  readonly pipelines?: readonly string[];
}

export interface SourceManifest {
  /** What can be read; `configured` where the connection's config names the objects. */
  readonly objects: readonly ObjectManifest[] | 'configured';
  readonly modes: readonly SyncMode[];
  readonly pageSize: PageSizeRange;
  readonly limits?: CallLimits;
}

/** One kind of object that a source has. */
export interface ObjectManifest {
  readonly name: string;
  readonly title: string;
  /** Whether an ended read's cursor yields only what changed since. */
  readonly incremental: boolean;
  /** Whether the source tells what was deleted. */
  readonly deletions: boolean;
  /** Milliseconds by which a later read overlaps the one before, for changes that become visible late; default 0. */
  readonly lookBackMs?: number;
}

export interface DestinationManifest {
  readonly modes: readonly WriteMode[];
  /** Rows in one call of `write`. */
  readonly batchSize: { readonly initial: number; readonly max: number };
  /** Calls of `write` at once. */
  readonly concurrency: number;
  readonly limits?: CallLimits;
}

/** Records a page; a page that the source cannot deliver in time is asked again with half as many. */
export interface PageSizeRange {
  readonly min: number;
  readonly initial: number;
  readonly max: number;
}

/** What the other side tolerates of one credential. */
export interface CallLimits {
  readonly requestsPerSecond?: number;
  readonly burst?: number;
  readonly inFlight?: number;
}
