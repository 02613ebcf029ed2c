import type { BySeverity, ChangeSummary, Severity } from './changes.js';
import type { ChangeDocument } from './views.js';

/** Queries that the differ answers: `tidemark.cmd.differ.<verb>`. Pages are numbered from 1. */

/** A reply that may be too large for a message: as it is, or as JSON in a blob. */
export type LargeReply<T> = { readonly value: T } | { readonly blob: string };

interface PageNumber {
  readonly page: number;
  readonly perPage: number;
}

/** One operation of an API, with its references resolved: readable without the rest of the description. */
export interface ResolvedOperation {
  /** In upper case. */
  readonly method: string;
  readonly path: string;
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly deprecated: boolean;
  readonly tags: string[];
  readonly parameters: object[];
  readonly requestBody?: object;
  /** Status → response. */
  readonly responses: { readonly [status: string]: object };
}

/** list-operations: of a normalized document. Answered with a LargeReply<OperationList>. */
export interface ListOperations extends PageNumber {
  readonly canonicalBlob: string;
}

export interface OperationList {
  readonly data: readonly ResolvedOperation[];
  readonly total: number;
}

/** Which changes are wanted: all that is given must hold. */
export interface ChangeFilter {
  readonly severity?: readonly Severity[];
  readonly rule?: string;
  /** `GET /pets/{id}`: changes that reach it, those that reach others as well included. */
  readonly operation?: string;
  /** Only those that the ignore list expects, or only the others. */
  readonly ignored?: boolean;
}

/** The connection whose ignore list marks the changes; the sender has made sure that it is the tenant's. */
interface MarkedFor {
  readonly tenant: string;
  readonly connectionId: string;
}

/**
 * list-changes: recorded ones, those of the newest comparison first and in its order. Answered with a
 * LargeReply<ChangeList>.
 */
export interface ListChanges extends MarkedFor, ChangeFilter, PageNumber {
  /** Under whom the changes were recorded: the connection itself, or the provider that it subscribes to. */
  readonly keeper: { readonly tenant: string; readonly connectionId: string };
  readonly jobId?: string;
  readonly snapshotId?: string;
  /** Detected at this time or later, ISO 8601 in UTC. */
  readonly since?: string;
  readonly until?: string;
}

export interface ChangeList {
  readonly data: readonly ChangeSummary<ChangeDocument>[];
  readonly total: number;
  /** The log position up to which the list is true. */
  readonly asOf: number;
}

/** get-change: a recorded one. Answered with a LargeReply<ChangeDetail>. */
export interface GetChange extends MarkedFor {
  readonly id: string;
}

/** A recorded change with all the operations that it reaches. */
export type ChangeDetail = ChangeSummary<ChangeDocument> & Pick<ChangeDocument, 'operations'>;

/**
 * find-changes: between two normalized documents by today's rules, the gravest first; nothing is recorded. Answered with
 * a LargeReply<FoundChanges>.
 */
export interface FindChanges extends MarkedFor, ChangeFilter, PageNumber {
  /** Blobs of the documents. */
  readonly before: string;
  readonly after: string;
}

export interface FoundChanges {
  readonly data: readonly ChangeSummary[];
  readonly total: number;
  /** Of all changes that are not ignored, whatever the filter. */
  readonly bySeverity: BySeverity;
  /** How many of all are ignored. */
  readonly ignored: number;
}
