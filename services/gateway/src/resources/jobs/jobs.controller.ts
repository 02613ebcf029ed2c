import { Body, Controller, Get, Headers, HttpCode, Param, Post, Query, Res, StreamableFile } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
} from '@nestjs/swagger';
import { invalid, Job, problem, type CommandContext } from '@tidemark/contracts';
import type { FastifyReply } from 'fastify';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { PageQuery } from '../../edge/paging.js';
import { Context } from '../../edge/request-context.js';
import { eventStream } from './event-stream.js';
import {
  CancelJobBody,
  ConnectionJobsQuery,
  CreateJobBody,
  JobEventsQuery,
  JobPage,
  JobsQuery,
  JobStateQuery,
  TimelinePage,
} from './jobs.dto.js';
import { Jobs } from './jobs.js';

@ApiResource('jobs')
@Controller('v1')
export class JobsController {
  readonly #jobs: Jobs;

  constructor(jobs: Jobs) {
    this.#jobs = jobs;
  }

  @Post('connections/:id/jobs')
  @HttpCode(202)
  @RequireScope('write')
  @ApiOperation({ summary: 'Ask for a sync job' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key with the same body is the same job: 409 DUPLICATE_JOB names it.',
  })
  @ApiAcceptedResponse({ type: Job })
  create(
    @Context() context: CommandContext,
    @Param('id') connectionId: string,
    @Body() input: CreateJobBody,
    @Headers('Idempotency-Key') key?: string,
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
  @ApiOperation({ summary: 'Show a job', description: 'Folded from its events: you read your own writes.' })
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
  @ApiOperation({ summary: 'Start a new job in place of one that ended' })
  @ApiAcceptedResponse({ type: Job })
  retry(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#jobs.retry(context, id);
  }

  @Get('jobs/:id/timeline')
  @RequireScope('read')
  @ApiOperation({ summary: "A job's story, one line an event" })
  @ApiOkResponse({ type: TimelinePage })
  timeline(@Context() context: CommandContext, @Param('id') id: string, @Query() query: PageQuery) {
    return this.#jobs.timeline(context, id, query);
  }

  @Get('jobs/:id/state')
  @RequireScope('read')
  @ApiOperation({ summary: 'A job as it was at a revision or a time' })
  @ApiOkResponse({ type: Job })
  state(@Context() context: CommandContext, @Param('id') id: string, @Query() query: JobStateQuery) {
    return this.#jobs.state(context, id, query);
  }

  @Get('jobs/:id/events')
  @RequireScope('read')
  @ApiOperation({
    summary: "A job's events, stored and new, as they come",
    description:
      'Server-sent events whose ids are stream revisions: `Last-Event-ID` resumes exactly. The event `end` says that ' +
      'the job has ended; asked again after it, the answer is 204.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'The last revision that was received.' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ schema: { type: 'string' } })
  @ApiNoContentResponse({ description: 'The job has ended and there is nothing after that id.' })
  async events(
    @Context() context: CommandContext,
    @Param('id') id: string,
    @Query() { from }: JobEventsQuery,
    @Headers('Last-Event-ID') lastEventId: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const gone = new AbortController();
    const stop = () => gone.abort();
    const pages = this.#jobs.watch(context, id, resumeFrom(lastEventId) ?? from ?? 0, gone.signal);
    // A reader that leaves while the first page is fetched.
    reply.raw.on('close', stop);
    // The first page decides on the status, before the answer begins.
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
