import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { RecordPageView, RecordView, type CommandContext } from '@tidemark/contracts';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { Context } from '../../edge/request-context.js';
import { RecordsQuery } from './records.dto.js';
import { Records } from './records.js';

@ApiResource('records')
@RequireScope('read')
@Controller('v1/connections/:id/records')
export class RecordsController {
  readonly #records: Records;

  constructor(records: Records) {
    this.#records = records;
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
