import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { FailedRowView, FixedRow, Job, type CommandContext } from '@tidemark/contracts';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiIdempotencyKey, IdempotencyKey } from '../../edge/idempotency-key.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { Context } from '../../edge/request-context.js';
import {
  FailedRowPageView,
  FailedRowQuery,
  FailedRowsQuery,
  FixFailedRowBody,
  RetryFailedRowsBody,
} from './failed-rows.dto.js';
import { FailedRows } from './failed-rows.js';

@ApiResource('failed rows')
@RequireScope('write')
@Controller('v1/connections/:id/failed-rows')
export class FailedRowsController {
  readonly #rows: FailedRows;

  constructor(rows: FailedRows) {
    this.#rows = rows;
  }

  @Get()
  @RequireScope('read')
  @ApiOperation({
    summary: 'List the rows that are not in their destination although they should be, the oldest first',
    description: 'A row that arrives, by whatever job, leaves the list.',
  })
  @ApiOkResponse({ type: FailedRowPageView })
  list(@Context() context: CommandContext, @Param('id') id: string, @Query() query: FailedRowsQuery) {
    return this.#rows.list(context, id, query);
  }

  @Post('retry')
  @HttpCode(202)
  @ApiOperation({ summary: 'Write the failed rows again, or some of them, in a job that writes nothing else' })
  @ApiIdempotencyKey()
  @ApiAcceptedResponse({ type: Job })
  retry(
    @Context() context: CommandContext,
    @Param('id') id: string,
    @Body() body: RetryFailedRowsBody,
    @IdempotencyKey() key?: string,
  ) {
    return this.#rows.retry(context, id, body, key);
  }

  @Get(':key')
  @RequireScope('read')
  @ApiOperation({ summary: 'Show a failed row, by id or key' })
  @ApiOkResponse({ type: FailedRowView })
  get(
    @Context() context: CommandContext,
    @Param('id') id: string,
    @Param('key') key: string,
    @Query() among: FailedRowQuery,
  ) {
    return this.#rows.get(context, id, key, among);
  }

  @Post(':key/fix')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Write a failed row with corrected values',
    description: 'The correction, with who made it and when, holds in every job until the row changes in the source.',
  })
  @ApiAcceptedResponse({ type: FixedRow })
  fix(
    @Context() context: CommandContext,
    @Param('id') id: string,
    @Param('key') key: string,
    @Query() among: FailedRowQuery,
    @Body() body: FixFailedRowBody,
  ) {
    return this.#rows.fix(context, id, key, body, among);
  }

  @Post(':key/discard')
  @HttpCode(200)
  @ApiOperation({ summary: 'Leave a failed row out until it changes in the source' })
  @ApiOkResponse({ type: FailedRowView })
  discard(
    @Context() context: CommandContext,
    @Param('id') id: string,
    @Param('key') key: string,
    @Query() among: FailedRowQuery,
  ) {
    return this.#rows.discard(context, id, key, among);
  }
}
