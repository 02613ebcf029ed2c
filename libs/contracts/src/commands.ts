import type { IgnoreMatch, IgnoreRule } from './changes.js';
import type { BusyPolicy, DestinationSettings, Schedule, Source } from './connection.js';
import type { JobTrigger, JobType } from './job.js';
import type { PipelineChoice } from './pipeline.js';

/**
 * Requests: `tidemark.cmd.<service>.<verb>`, to the job coordinator unless it says otherwise. Replies are the views of
 * job.ts and connection.ts; errors carry a code of errors.ts. The context travels in the headers (headers.ts).
 */

/** `tidemark.cmd.<service>.ping`, answered by every service. */
export interface Health {
  readonly broker: 'up' | 'down' | 'unused';
  readonly eventStore: 'up' | 'down' | 'unused';
  readonly readModel: 'up' | 'down' | 'unused';
  readonly blobs: 'up' | 'down' | 'unused';
}

/** `tidemark.cmd.<owner>.projections` (no data): what the owner of views says of them. */
export interface ProjectionStatus {
  readonly name: string;
  readonly version: number;
  /** Log position up to which the live view is true. */
  readonly position: number;
  readonly state: 'live' | 'rebuilding' | 'unavailable';
}

/** `tidemark.cmd.<owner>.rebuild-projection`: starts a rebuild beside the live view; answered at once with its ProjectionStatus. */
export interface RebuildProjection {
  readonly name: string;
}

/** create-connection */
export interface CreateConnection {
  readonly tenant: string;
  readonly name: string;
  readonly source: Source;
  /** What its jobs run. Default: the first that the source offers. */
  readonly pipeline?: string;
  readonly destinations?: readonly DestinationSettings[];
  readonly schedule?: Schedule;
  readonly whenBusy?: BusyPolicy;
}

/** update-connection */
export interface UpdateConnection {
  readonly tenant: string;
  readonly connectionId: string;
  readonly name?: string;
  readonly source?: Source;
  readonly schedule?: Schedule;
  readonly whenBusy?: BusyPolicy;
}

/** get-connection, pause-connection, resume-connection, disconnect-connection, reconnect-connection, remove-connection, get-cursor */
export interface ConnectionRef {
  readonly tenant: string;
  readonly connectionId: string;
}

/** subscribe: to a provider; the tenant's own connection that follows it, the same one when asked again */
export interface Subscribe {
  readonly tenant: string;
  readonly providerId: string;
  /** Default: the provider's. */
  readonly name?: string;
}

/** create: a job; the subject that internal producers use as well */
export interface CreateJob {
  readonly tenant: string;
  readonly connectionId: string;
  readonly type: JobType;
  readonly trigger?: JobTrigger;
  /** 1 to 255 characters. */
  readonly idempotencyKey?: string;
  /** Overrides the connection's policy. */
  readonly whenBusy?: BusyPolicy;
  /** Not before: ISO 8601. */
  readonly startAt?: string;
  /** The pipeline's own. */
  readonly parameters?: PipelineChoice['parameters'];
}

/** get-job, retry-job; answered with a JobView */
export interface JobRef {
  readonly tenant: string;
  readonly jobId: string;
}

/** cancel-job */
export interface CancelJob extends JobRef {
  readonly reason?: string;
}

/** job-state: the job as it was at a revision or a time. */
export interface GetJobState extends JobRef {
  readonly revision?: number;
  /** ISO 8601. */
  readonly at?: string;
}

/** job-events: stored events from a revision on; at most `limit` (default 100, at most 500). */
export interface GetJobEvents extends JobRef {
  readonly from?: number;
  readonly limit?: number;
}

/** One stored event as callers see it. */
export interface JobEventView {
  readonly revision: number;
  readonly type: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** One sentence. */
  readonly message: string;
  readonly data: unknown;
}

export interface JobEventPage {
  readonly events: readonly JobEventView[];
  /** True when the job has ended and no further event can come. */
  readonly ended: boolean;
}

/** job-timeline: answered with `{ data: TimelineEntry[], total }` */
export interface GetTimeline extends JobRef {
  readonly page?: number;
  readonly perPage?: number;
}

/** explain-jobs: why each of these is not running; ids that run or ended are left out of the answer. */
export interface ExplainJobs {
  readonly tenant: string;
  readonly jobIds: readonly string[];
}

/**
 * `tidemark.cmd.differ.compare-snapshots`: two normalized documents by today's rules; nothing is recorded. Answered with
 * a Comparison.
 */
export interface CompareSnapshots {
  readonly before: string;
  readonly after: string;
}

export interface Comparison {
  /** Blob of JSON: FoundChange[], the gravest first. */
  readonly changesBlob: string;
}

export const reportFormats = ['html', 'markdown', 'text', 'json'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** `tidemark.cmd.differ.render-comparison`: the same as a document. Answered with a RenderedComparison. */
export interface RenderComparison extends CompareSnapshots {
  readonly format: ReportFormat;
  /** Changes that match are left out. */
  readonly ignore: readonly IgnoreRule[];
  /** What the document calls itself and the two sides. */
  readonly names: { readonly title: string; readonly before: string; readonly after: string };
}

export interface RenderedComparison {
  readonly reportBlob: string;
}

/** `tidemark.cmd.differ.add-ignore-rule`: answered with the IgnoreRule; one that says the same again is the same. */
export interface AddIgnoreRule extends IgnoreMatch {
  readonly tenant: string;
  readonly connectionId: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly until?: string;
}

/** `tidemark.cmd.differ.remove-ignore-rule` */
export interface RemoveIgnoreRule {
  readonly tenant: string;
  readonly connectionId: string;
  readonly ignoreId: string;
}
