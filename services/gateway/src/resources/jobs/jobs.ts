import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import {
  publicPart,
  TidemarkError,
  views,
  type CommandContext,
  type DryRun,
  type JobDocument,
  type JobEventPage,
  type JobView,
  type TimelineEntry,
  type WaitingFor,
} from '@tidemark/contracts';
import { readJson, type BlobStore } from '@tidemark/blob-store';
import type { View } from '@tidemark/read-model';
import { CommandClient } from '../../edge/command-client.js';
import { fixedPage, pageOf, partOf, viewPage, type Page, type PageQuery, type ViewPage } from '../../edge/paging.js';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { Connections } from '../connections/connections.js';
import { requestOf, withOwnFields } from './job-parameters.js';
import { JobWakeups } from './job-wakeups.js';
import { errorsIn, errorsOf, foundIn, previewIn, type ReadEvents } from './job-errors.js';
import type {
  CreateJobBody,
  JobErrorPage,
  JobErrorsQuery,
  JobsQuery,
  JobStateQuery,
  RetryJobBody,
} from './jobs.dto.js';
import { watchJob, type Watch } from './watch-job.js';

const WATCH = { pageSize: 100, pollMs: 5000 };
const EXPLAIN_TIMEOUT_MS = 1000;
const EVENTS_AT_ONCE = 500;

/** A list of jobs; `degraded` also when the reasons why some of them wait are unavailable. */
export type JobList = ViewPage<JobView>;

/** Commands and queries about jobs, for HTTP and gRPC. */
@Injectable()
export class Jobs implements OnModuleDestroy {
  readonly #view: View<JobDocument>;
  readonly #blobs: BlobStore;
  readonly #closing = new AbortController();
  readonly #commands: CommandClient;
  readonly #connections: Connections;
  readonly #wakeups: JobWakeups;

  constructor(commands: CommandClient, connections: Connections, wakeups: JobWakeups, { readModel, blobs }: Ports) {
    this.#commands = commands;
    this.#connections = connections;
    this.#wakeups = wakeups;
    this.#blobs = blobs;
    this.#view = readModel.view<JobDocument>(views.jobs);
  }

  /** Ends all watching. */
  onModuleDestroy(): void {
    this.#closing.abort();
  }

  create(context: CommandContext, connectionId: string, input: CreateJobBody, key?: string): Promise<JobView> {
    const job = { ...requestOf(input), connectionId: parseId(connectionId), idempotencyKey: key };
    return withOwnFields(this.#commands.ask('job-coordinator', 'create', context, job));
  }

  get(context: CommandContext, id: string): Promise<JobView> {
    return this.#commands.ask('job-coordinator', 'get-job', context, { jobId: parseId(id) });
  }

  cancel(context: CommandContext, id: string, reason?: string): Promise<JobView> {
    return this.#commands.ask('job-coordinator', 'cancel-job', context, { jobId: parseId(id), reason });
  }

  retry(context: CommandContext, id: string, { rows }: RetryJobBody, idempotencyKey?: string): Promise<JobView> {
    const job = { jobId: parseId(id), idempotencyKey, ...(rows && { rows }) };
    return withOwnFields(this.#commands.ask<JobView>('job-coordinator', 'retry-job', context, job));
  }

  resume(context: CommandContext, id: string, idempotencyKey?: string): Promise<JobView> {
    return this.#commands.ask('job-coordinator', 'resume-job', context, { jobId: parseId(id), idempotencyKey });
  }

  retryNow(context: CommandContext, id: string): Promise<JobView> {
    return this.#commands.ask('job-coordinator', 'retry-now', context, { jobId: parseId(id) });
  }

  state(context: CommandContext, id: string, { revision, at }: JobStateQuery): Promise<JobView> {
    return this.#commands.ask('job-coordinator', 'job-state', context, { jobId: parseId(id), revision, at });
  }

  async timeline(context: CommandContext, id: string, query: PageQuery): Promise<Page<TimelineEntry>> {
    const found = await this.#commands.ask<{ data: TimelineEntry[]; total: number }>(
      'job-coordinator',
      'job-timeline',
      context,
      { jobId: parseId(id), ...pageOf(query) },
    );
    return fixedPage(query, found);
  }

  /** The objects that failed so far, with the kinds of all of them. @throws TidemarkError NOT_FOUND */
  async errors(context: CommandContext, id: string, query: JobErrorsQuery): Promise<JobErrorPage> {
    const jobId = parseId(id);
    const { page, perPage } = pageOf(query);
    const lists = await foundIn(this.#eventsOf(context, jobId), errorsIn);
    const { code, pattern } = query;
    const wanted = { from: (page - 1) * perPage, most: perPage, ...(code && { code }), ...(pattern && { pattern }) };
    const { groups, ...found } = await errorsOf(this.#blobs, lists, wanted);
    return { ...fixedPage(query, found), groups };
  }

  /** What the job would have written. @throws TidemarkError NOT_FOUND when it was no dry run, or has not got there yet */
  async dryRun(context: CommandContext, id: string): Promise<DryRun> {
    const [preview] = await foundIn(this.#eventsOf(context, parseId(id)), previewIn);
    if (!preview) throw new TidemarkError('NOT_FOUND', 'the job has no result of a dry run');
    return readJson<DryRun>(this.#blobs, preview);
  }

  #eventsOf(context: CommandContext, jobId: string): ReadEvents {
    return (from) =>
      this.#commands.ask('job-coordinator', 'job-events', context, { jobId, from, limit: EVENTS_AT_ONCE });
  }

  /** The newest first; those of one connection when the query names it. */
  async list(context: CommandContext, query: JobsQuery): Promise<JobList> {
    const { connectionId, state } = query;
    const where = {
      tenant: context.tenant,
      ...(connectionId !== undefined && { connectionId }),
      ...(state && { state: { in: state } }),
    };
    const found = await this.#view.query({ where, sort: [['createdAt', 'desc']], ...partOf(query) });
    return this.#explained(
      context,
      viewPage(query, found, (document) => publicPart(document, views.jobs)),
    );
  }

  /** @throws TidemarkError NOT_FOUND when there is no such connection */
  async listOfConnection(context: CommandContext, connectionId: string, query: JobsQuery): Promise<JobList> {
    const list = await this.list(context, { ...query, connectionId: parseId(connectionId) });
    if (list.pagination.total === 0) await this.#connections.assertExists(context, connectionId);
    return list;
  }

  /** See watchJob. */
  watch(context: CommandContext, id: string, from: number, signal: AbortSignal): Watch {
    const jobId = parseId(id);
    const fetch = (start: number): Promise<JobEventPage> =>
      this.#commands.ask('job-coordinator', 'job-events', context, { jobId, from: start, limit: WATCH.pageSize });
    const onEvent = (heard: (revision: number) => void) => this.#wakeups.watch(jobId, heard);
    return watchJob({ ...WATCH, fetch, onEvent }, from, AbortSignal.any([signal, this.#closing.signal]));
  }

  /** Adds the reasons why jobs wait, which only the running coordinator knows. */
  async #explained(context: CommandContext, found: ViewPage<JobView>): Promise<JobList> {
    const now = Date.now();
    const list = { ...found, data: found.data.map((job) => withoutPast(job, now)) };
    const jobIds = list.data.filter(isWaiting).map(({ id }) => id);
    if (jobIds.length === 0) return list;
    try {
      const reasons = await this.#commands.ask<Record<string, WaitingFor>>(
        'job-coordinator',
        'explain-jobs',
        context,
        { jobIds },
        { timeoutMs: EXPLAIN_TIMEOUT_MS, patienceMs: 0 },
      );
      const data = list.data.map((job) => ({ ...job, waitingFor: reasons[job.id] ?? job.waitingFor }));
      return { ...list, data };
    } catch {
      return { degradedReason: 'the reasons why jobs wait are unavailable', ...list, degraded: true };
    }
  }
}

const isWaiting = ({ state, liveness }: JobView) => state === 'pending' || (state === 'running' && liveness === null);

/** Views know no clock: the time that a job waited for may have passed. */
function withoutPast(job: JobView, now: number): JobView {
  const until = job.waitingFor?.until;
  return until !== undefined && Date.parse(until) <= now ? { ...job, waitingFor: null } : job;
}
