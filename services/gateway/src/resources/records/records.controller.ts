import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { PushedRecords, RecordPageView, RecordView, type CommandContext } from '@tidemark/contracts';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { IdempotencyKey } from '../../edge/idempotency-key.js';
import { Context } from '../../edge/request-context.js';
import { Ingest } from './ingest.js';
import { PushRecordsBody, RecordsQuery } from './records.dto.js';
import { Records } from './records.js';

@ApiResource('records')
@RequireScope('read')
@Controller('v1/connections/:id/records')
export class RecordsController {
  readonly #records: Records;
  readonly #ingest: Ingest;

  constructor(records: Records, ingest: Ingest) {
    this.#records = records;
    this.#ingest = ingest;
  }

  @Post()
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Push objects, as if the source had been asked for them',
    description:
      'Answered when they are durable; a job of type `webhook` writes them to the destinations. An object that was pushed ' +
      'last with the same content is `unchanged`. 429 QUEUE_FULL with `Retry-After` while too many wait.',
  })
  @ApiOkResponse({ type: PushedRecords })
  push(
    @Context() context: CommandContext,
    @Param('id') id: string,
    @Body() body: PushRecordsBody,
    @IdempotencyKey() key?: string,
  ) {
    return this.#ingest.take(context, id, body.records, key);
  }

  @Get()
  @ApiOperation({
    summary: 'List the synced objects of a connection, in the order in which they changed',
    description:
      'A feed of changes: follow `nextCursor`, then ask again with `endCursor`. Nothing is skipped or repeated.',
  })
  @ApiOkResponse({ type: RecordPageView })
  list(@Context() context: CommandContext, @Param('id') id: string, @Query() query: RecordsQuery) {
    return this.#records.list(context, id, query);
  }

  @Get(':object/:externalId')
  @ApiOperation({ summary: 'Show a synced object' })
  @ApiOkResponse({ type: RecordView })
  get(
    @Context() context: CommandContext,
    @Param('id') id: string,
    @Param('object') object: string,
    @Param('externalId') externalId: string,
  ) {
    return this.#records.get(context, id, object, externalId);
  }
}
