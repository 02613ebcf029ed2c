import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { CommandContext } from '@tidemark/contracts';
import { Needs } from '../../edge/auth/scope.guard.js';
import { Resource } from '../../edge/openapi/resource.js';
import { Context } from '../../edge/request-context.js';
import { OverviewDto } from './overview.dto.js';
import { Overview } from './overview.js';

@Resource('overview')
@Needs('read')
@Controller('v1/overview')
export class OverviewController {
  constructor(private readonly overview: Overview) {}

  @Get()
  @ApiOperation({ summary: 'Jobs and connections at a glance' })
  @ApiOkResponse({ type: OverviewDto })
  get(@Context() context: CommandContext) {
    return this.overview.get(context);
  }
}
