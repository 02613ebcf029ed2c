import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { CommandContext } from '@tidemark/contracts';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { Context } from '../../edge/request-context.js';
import { OverviewView } from './overview.dto.js';
import { Overview } from './overview.js';

@ApiResource('overview')
@RequireScope('read')
@Controller('v1/overview')
export class OverviewController {
  readonly #overview: Overview;

  constructor(overview: Overview) {
    this.#overview = overview;
  }

  @Get()
  @ApiOperation({ summary: 'Summary of jobs and connections' })
  @ApiOkResponse({ type: OverviewView })
  get(@Context() context: CommandContext) {
    return this.#overview.get(context);
  }
}
