import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { Change, type CommandContext } from '@tidemark/contracts';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { Context } from '../../edge/request-context.js';
import { ChangePage, ChangesQuery } from './changes.dto.js';
import { Changes } from './changes.js';

@ApiResource('changes')
@RequireScope('read')
@Controller('v1')
export class ChangesController {
  readonly #changes: Changes;

  constructor(changes: Changes) {
    this.#changes = changes;
  }

  @Get('connections/:id/changes')
  @ApiOperation({ summary: "List a connection's changes, the newest first" })
  @ApiOkResponse({ type: ChangePage })
  list(@Context() context: CommandContext, @Param('id') connectionId: string, @Query() query: ChangesQuery) {
    return this.#changes.list(context, connectionId, query);
  }

  @Get('changes/:id')
  @ApiOperation({ summary: 'Show a change' })
  @ApiOkResponse({ type: Change })
  get(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#changes.get(context, id);
  }
}
