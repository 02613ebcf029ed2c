import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res, StreamableFile } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
} from '@nestjs/swagger';
import { DryRun, invalid, Job, problem, type CommandContext } from '@tidemark/contracts';
import type { FastifyReply } from 'fastify';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiIdempotencyKey, IdempotencyKey } from '../../edge/idempotency-key.js';
import { EdgeLimits } from '../../edge/limits/edge-limits.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { PageQuery } from '../../edge/paging.js';
import { whenOver } from '../../edge/http/when-over.js';
import { Context } from '../../edge/request-context.js';
import { eventStream } from './event-stream.js';
import {
  CancelJobBody,
  ConnectionJobsQuery,
  CreateJobBody,
  JobErrorPage,
  JobErrorsQuery,
  JobEventsQuery,
  JobPage,
  JobsQuery,
  JobStateQuery,
  RetryJobBody,
  TimelinePage,
} from './jobs.dto.js';
import { Jobs } from './jobs.js';

@ApiResource('jobs')
@Controller('v1')
export class JobsController {
  readonly #jobs: Jobs;
  readonly #limits: EdgeLimits;

  constructor(jobs: Jobs, limits: EdgeLimits) {
    this.#jobs = jobs;
    this.#limits = limits;
  }

  @Post('connections/:id/jobs')
  @HttpCode(202)
  @RequireScope('write')
  @ApiOperation({ summary: 'Create a sync job' })
  @ApiIdempotencyKey()
  @ApiAcceptedResponse({ type: Job })
  create(
    @Context() context: CommandContext,
    @Param('id') connectionId: string,
    @Body() input: CreateJobBody,
    @IdempotencyKey() key?: string,
  ) {
    return this.#jobs.create(context, connectionId, input, key);
  }

  @Get('connections/:id/jobs')
  @RequireScope('read')
  @ApiOperation({ summary: "List a connection's jobs, the newest first" })
  @ApiOkResponse({ type: JobPage })
  listOfConnection(
    @Context() context: CommandContext,
    @Param('id') connectionId: string,
    @Query() query: ConnectionJobsQuery,
  ) {
    return this.#jobs.listOfConnection(context, connectionId, query);
  }

  @Get('jobs')
  @RequireScope('read')
  @ApiOperation({ summary: 'List jobs, the newest first' })
  @ApiOkResponse({ type: JobPage })
  list(@Context() context: CommandContext, @Query() query: JobsQuery) {
    return this.#jobs.list(context, query);
  }

  @Get('jobs/:id')
  @RequireScope('read')
  @ApiOperation({
    summary: 'Show a job',
    description: 'Folded from its events, so it reflects your own writes at once.',
  })
  @ApiOkResponse({ type: Job })
  get(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#jobs.get(context, id);
  }

  @Post('jobs/:id/cancel')
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({ summary: 'Cancel a job that has not ended' })
  @ApiOkResponse({ type: Job })
  cancel(@Context() context: CommandContext, @Param('id') id: string, @Body() { reason }: CancelJobBody) {
    return this.#jobs.cancel(context, id, reason);
  }

  @Post('jobs/:id/retry')
  @HttpCode(202)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Retry an ended job as a new job, on the data of today',
    description: 'With `rows: "failed"` it writes the failed rows of the connection alone.',
  })
  @ApiIdempotencyKey()
  @ApiAcceptedResponse({ type: Job })
  retry(
    @Context() context: CommandContext,
    @Param('id') id: string,
    @Body() body: RetryJobBody,
    @IdempotencyKey() key?: string,
  ) {
    return this.#jobs.retry(context, id, body, key);
  }

  @Post('jobs/:id/resume')
  @HttpCode(202)
  @RequireScope('write')
  @ApiOperation({ summary: 'Go on where a cancelled or failed backfill stopped, as a new job' })
  @ApiIdempotencyKey()
  @ApiAcceptedResponse({ type: Job })
  resume(@Context() context: CommandContext, @Param('id') id: string, @IdempotencyKey() key?: string) {
    return this.#jobs.resume(context, id, key);
  }

  @Post('jobs/:id/retry-now')
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Start the next attempt of a job that waits for its retry',
    description: 'So do a requested sync of its connection and a changed source. Repeating it changes nothing.',
  })
  @ApiOkResponse({ type: Job })
  retryNow(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#jobs.retryNow(context, id);
  }

  @Get('jobs/:id/timeline')
  @RequireScope('read')
  @ApiOperation({ summary: "Show a job's timeline, one entry per event" })
  @ApiOkResponse({ type: TimelinePage })
  timeline(@Context() context: CommandContext, @Param('id') id: string, @Query() query: PageQuery) {
    return this.#jobs.timeline(context, id, query);
  }

  @Get('jobs/:id/errors')
  @RequireScope('read')
  @ApiOperation({
    summary: 'List the objects of a job that failed',
    description: 'In the order in which they failed; `groups` counts all of them by code and message pattern.',
  })
  @ApiOkResponse({ type: JobErrorPage })
  errors(@Context() context: CommandContext, @Param('id') id: string, @Query() query: JobErrorsQuery) {
    return this.#jobs.errors(context, id, query);
  }

  @Get('jobs/:id/dry-run')
  @RequireScope('read')
  @ApiOperation({
    summary: 'Show what a job with `dryRun` would have written',
    description: 'How many rows it would create, update and delete, and the first 100 of each.',
  })
  @ApiOkResponse({ type: DryRun })
  dryRun(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#jobs.dryRun(context, id);
  }

  @Get('jobs/:id/state')
  @RequireScope('read')
  @ApiOperation({ summary: 'Show a job as of an earlier revision or time' })
  @ApiOkResponse({ type: Job })
  state(@Context() context: CommandContext, @Param('id') id: string, @Query() query: JobStateQuery) {
    return this.#jobs.state(context, id, query);
  }

  @Get('jobs/:id/events')
  @RequireScope('read')
  @ApiOperation({
    summary: "Stream a job's events: those stored, then new ones as they occur",
    description:
      'Server-sent events whose ids are stream revisions: `Last-Event-ID` resumes exactly. The event `end` says that ' +
      'the job has ended; a request that resumes after it is answered with 204.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The last revision received.' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ schema: { type: 'string' } })
  @ApiNoContentResponse({ description: 'The job has ended and has no events after that id.' })
  async events(
    @Context() context: CommandContext,
    @Param('id') id: string,
    @Query() { from }: JobEventsQuery,
    @Headers('Last-Event-ID') lastEventId: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const gone = new AbortController();
    const stop = () => gone.abort();
    const open = this.#limits.streams.open(reply.request.caller!.keyId);
    open.signal.addEventListener('abort', stop);
    const pages = this.#jobs.watch(context, id, resumeFrom(lastEventId) ?? from ?? 0, gone.signal);
    // The client may disconnect while the first page is fetched.
    whenOver(reply.raw, reply.request.socket, () => {
      open.close();
      stop();
    });
    // The first page decides on the status, before the response begins.
    const first = await pages.next();
    if (first.done) return void reply.status(204);
    reply.header('cache-control', 'no-cache').header('x-accel-buffering', 'no');
    return new StreamableFile(eventStream(first.value, pages, stop), { type: 'text/event-stream' });
  }
}

/** The revision after the last one received. @throws TidemarkError VALIDATION_FAILED */
function resumeFrom(lastEventId: string | undefined): number | undefined {
  if (lastEventId === undefined || lastEventId === '') return undefined;
  if (!/^\d{1,15}$/.test(lastEventId)) throw invalid([problem('Last-Event-ID', 'must be a revision')]);
  return Number(lastEventId) + 1;
}
