import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
} from '@nestjs/swagger';
import { Connection, Job, type CommandContext } from '@tidemark/contracts';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiIdempotencyKey, IdempotencyKey } from '../../edge/idempotency-key.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { PageQuery } from '../../edge/paging.js';
import type { Caller } from '../../edge/auth/caller.js';
import { CalledBy, Context } from '../../edge/request-context.js';
import { CreateConnectionBody, UpdateConnectionBody } from '../connections/connections.dto.js';
import { ProviderDetail, Provider, ProviderPage, SubscribeBody } from './providers.dto.js';
import { Providers } from './providers.js';

@ApiResource('providers')
@Controller('v1/providers')
export class ProvidersController {
  readonly #providers: Providers;

  constructor(providers: Providers) {
    this.#providers = providers;
  }

  @Get()
  @RequireScope('read')
  @ApiOperation({ summary: 'List providers, the newest first: dependencies that are fetched once for all subscribers' })
  @ApiOkResponse({ type: ProviderPage })
  list(@CalledBy() caller: Caller, @Query() query: PageQuery) {
    return this.#providers.list(caller, query);
  }

  @Get(':id')
  @RequireScope('read')
  @ApiOperation({ summary: 'Show a provider' })
  @ApiOkResponse({ type: ProviderDetail })
  get(@Context() context: CommandContext, @CalledBy() caller: Caller, @Param('id') id: string) {
    return this.#providers.get(context, caller, id);
  }

  @Post()
  @RequireScope('operate')
  @ApiOperation({
    summary: 'Add a provider to the catalogue',
    description: 'A provider is a connection of the tenant `catalogue`: a key of that tenant can manage it as such.',
  })
  @ApiIdempotencyKey()
  @ApiCreatedResponse({ type: Provider })
  create(@Context() context: CommandContext, @Body() input: CreateConnectionBody, @IdempotencyKey() key?: string) {
    return this.#providers.create(context, input, key);
  }

  @Patch(':id')
  @RequireScope('operate')
  @ApiOperation({ summary: 'Update the given fields of a provider' })
  @ApiOkResponse({ type: Provider })
  update(@Context() context: CommandContext, @Param('id') id: string, @Body() changes: UpdateConnectionBody) {
    return this.#providers.update(context, id, changes);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('operate')
  @ApiOperation({ summary: 'Remove a provider without subscribers' })
  @ApiNoContentResponse()
  remove(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#providers.remove(context, id);
  }

  @Post(':id/jobs')
  @HttpCode(202)
  @RequireScope('operate')
  @ApiOperation({ summary: 'Fetch a provider now, for all subscribers' })
  @ApiIdempotencyKey()
  @ApiAcceptedResponse({ type: Job })
  sync(@Context() context: CommandContext, @Param('id') id: string, @IdempotencyKey() key?: string) {
    return this.#providers.sync(context, id, key);
  }

  @Post(':id/subscription')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Subscribe to a provider',
    description:
      "The subscription is a connection whose snapshots and changes are the provider's, with an ignore list of its own. A repeated request returns the same subscription.",
  })
  @ApiIdempotencyKey()
  @ApiCreatedResponse({ type: Connection })
  subscribe(
    @Context() context: CommandContext,
    @Param('id') id: string,
    @Body() { name }: SubscribeBody,
    @IdempotencyKey() key?: string,
  ) {
    return this.#providers.subscribe(context, id, name, key);
  }

  @Delete(':id/subscription')
  @HttpCode(204)
  @RequireScope('write')
  @ApiOperation({ summary: 'End the subscription to a provider' })
  @ApiNoContentResponse()
  unsubscribe(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#providers.unsubscribe(context, id);
  }
}
