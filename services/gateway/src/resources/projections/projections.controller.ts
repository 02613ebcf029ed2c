import { Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { CommandContext } from '@tidemark/contracts';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { Context } from '../../edge/request-context.js';
import { ProjectionView, ProjectionList } from './projections.dto.js';
import { Projections } from './projections.js';

@ApiResource('projections')
@RequireScope('operate')
@Controller('v1/projections')
export class ProjectionsController {
  readonly #projections: Projections;

  constructor(projections: Projections) {
    this.#projections = projections;
  }

  @Get()
  @ApiOperation({ summary: 'List read-model projections and their positions' })
  @ApiOkResponse({ type: ProjectionList })
  async list(@Context() context: CommandContext) {
    return { data: await this.#projections.list(context) };
  }

  @Post(':name/check')
  @HttpCode(202)
  @ApiOperation({
    summary: "Compare a projection's documents with their events",
    description:
      'Documents that differ are written again. The response does not wait for the result: read `lastCheck` of the list.',
  })
  @ApiAcceptedResponse({ type: ProjectionView })
  check(@Context() context: CommandContext, @Param('name') name: string) {
    return this.#projections.check(context, name);
  }

  @Post(':name/rebuild')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Rebuild a projection from the events',
    description: 'The live view is served until the new one replaces it. The response does not wait for the rebuild.',
  })
  @ApiAcceptedResponse({ type: ProjectionView })
  rebuild(@Context() context: CommandContext, @Param('name') name: string) {
    return this.#projections.rebuild(context, name);
  }
}
