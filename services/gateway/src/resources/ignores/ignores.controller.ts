import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { IgnoreRule, type CommandContext } from '@tidemark/contracts';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiIdempotencyKey, IdempotencyKey } from '../../edge/idempotency-key.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { Context } from '../../edge/request-context.js';
import { AddIgnoreRuleBody, IgnoreList } from './ignores.dto.js';
import { Ignores } from './ignores.js';

@ApiResource('changes')
@Controller('v1/connections/:id/ignores')
export class IgnoresController {
  readonly #ignores: Ignores;

  constructor(ignores: Ignores) {
    this.#ignores = ignores;
  }

  @Get()
  @RequireScope('read')
  @ApiOperation({ summary: 'List the ignore rules of a dependency' })
  @ApiOkResponse({ type: IgnoreList })
  list(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#ignores.list(context, id);
  }

  @Post()
  @RequireScope('write')
  @ApiOperation({
    summary: 'Add an ignore rule: matching changes trigger no alerts and are marked in lists',
    description: 'Recorded changes are kept. Adding an identical rule returns the existing one.',
  })
  @ApiIdempotencyKey()
  @ApiCreatedResponse({ type: IgnoreRule })
  add(
    @Context() context: CommandContext,
    @Param('id') id: string,
    @Body() rule: AddIgnoreRuleBody,
    @IdempotencyKey() key?: string,
  ) {
    return this.#ignores.add(context, id, rule, key);
  }

  @Delete(':ignoreId')
  @HttpCode(204)
  @RequireScope('write')
  @ApiOperation({ summary: 'Remove a rule from the ignore list' })
  @ApiNoContentResponse()
  remove(@Context() context: CommandContext, @Param('id') id: string, @Param('ignoreId') ignoreId: string) {
    return this.#ignores.remove(context, id, ignoreId);
  }
}
