import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { CommandContext } from '@tidemark/contracts';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiIdempotencyKey, IdempotencyKey } from '../../edge/idempotency-key.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { Context } from '../../edge/request-context.js';
import { CreateKeyBody, KeyPage, KeysQuery, NewKey } from './keys.dto.js';
import { Keys } from './keys.js';

@ApiResource('keys')
@RequireScope('operate')
@Controller('v1/keys')
export class KeysController {
  readonly #keys: Keys;

  constructor(keys: Keys) {
    this.#keys = keys;
  }

  @Post()
  @ApiOperation({ summary: 'Create an API key', description: 'The key is returned only this once.' })
  @ApiIdempotencyKey()
  @ApiCreatedResponse({ type: NewKey })
  create(@Context() context: CommandContext, @Body() input: CreateKeyBody, @IdempotencyKey() key?: string) {
    return this.#keys.create(context, input, key);
  }

  @Get()
  @ApiOperation({ summary: 'List API keys, the newest first' })
  @ApiOkResponse({ type: KeyPage })
  list(@Query() query: KeysQuery) {
    return this.#keys.list(query);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Revoke an API key',
    description: 'Takes effect at once, also for its open streams. The last key with scope `operate` is refused (409).',
  })
  @ApiNoContentResponse()
  revoke(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#keys.revoke(context, id);
  }
}
