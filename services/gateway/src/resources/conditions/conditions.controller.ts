import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { CommandContext } from '@tidemark/contracts';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { Context } from '../../edge/request-context.js';
import { ConditionList } from './conditions.dto.js';
import { InstallationConditions } from './conditions.js';

@ApiResource('conditions')
@RequireScope('operate')
@Controller('v1/conditions')
export class ConditionsController {
  readonly #conditions: InstallationConditions;

  constructor(conditions: InstallationConditions) {
    this.#conditions = conditions;
  }

  @Get()
  @ApiOperation({
    summary: 'List what is wrong in the installation',
    description: 'With details, of one process of each service. `/readyz` shows the same without details.',
  })
  @ApiOkResponse({ type: ConditionList })
  async list(@Context() context: CommandContext) {
    return { data: await this.#conditions.list(context) };
  }
}
