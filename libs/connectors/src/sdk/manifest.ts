import type { FieldProblem, PipelineDefinition } from '@tidemark/contracts';
import { z } from 'zod';
import { problemsOf } from './config.js';

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
  /** The stages of its jobs, with unique names, where the connector brings its own. */
  readonly pipeline?: PipelineDefinition;
}

export interface SourceManifest {
  /** What can be read; `configured` where the connection's config names the objects. */
  readonly objects: readonly ObjectManifest[] | 'configured';
  readonly modes: readonly SyncMode[];
  readonly pageSize: PageSizeLimits;
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
export interface PageSizeLimits {
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

/** Everything that is wrong with a config at once, fields as paths from the config; empty when it can be used. */
export function configProblems(manifest: Manifest, config: unknown): FieldProblem[] {
  const { error } = manifest.config.safeParse(config);
  return error ? problemsOf(error, manifest.config) : [];
}

/** The JSON Schema (2020-12) of a manifest's config, as somebody writes it down: defaults are not required. */
export function configSchema(manifest: Manifest): JsonSchema {
  return z.toJSONSchema(manifest.config, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
}

export interface JsonSchema {
  readonly description?: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly [keyword: string]: unknown;
}
