import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import {
  Connection,
  ConnectionObject,
  ConnectionObjects,
  CursorView,
  Preview,
  type CommandContext,
} from '@tidemark/contracts';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiIdempotencyKey, IdempotencyKey } from '../../edge/idempotency-key.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { Context } from '../../edge/request-context.js';
import {
  ConnectionPage,
  ConnectionsQuery,
  CreateConnectionBody,
  PreviewBody,
  ResetConnectionBody,
  TestConnectionBody,
  UpdateConnectionBody,
} from './connections.dto.js';
import { Connections } from './connections.js';

@ApiResource('connections')
@Controller('v1/connections')
export class ConnectionsController {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  @Post()
  @RequireScope('write')
  @ApiOperation({ summary: 'Create a connection' })
  @ApiIdempotencyKey()
  @ApiCreatedResponse({ type: Connection })
  create(@Context() context: CommandContext, @Body() input: CreateConnectionBody, @IdempotencyKey() key?: string) {
    return this.#connections.create(context, input, key);
  }

  @Post('test')
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Try a source and destinations: read ten records and show them mapped',
    description:
      'Nothing is created or written. Answered within ten seconds; 503 SERVICE_UNAVAILABLE when no connector-runner runs.',
  })
  @ApiOkResponse({ type: Preview })
  test(@Context() context: CommandContext, @Body() input: TestConnectionBody) {
    return this.#connections.test(context, input);
  }

  @Post(':id/preview')
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Read ten records and show them as the destinations would get them',
    description: 'Mapped and masked. Nothing is written, and no cursor moves.',
  })
  @ApiOkResponse({ type: Preview })
  preview(@Context() context: CommandContext, @Param('id') id: string, @Body() input: PreviewBody) {
    return this.#connections.preview(context, id, input);
  }

  @Get()
  @RequireScope('read')
  @ApiOperation({ summary: 'List connections, the newest first' })
  @ApiOkResponse({ type: ConnectionPage })
  list(@Context() context: CommandContext, @Query() query: ConnectionsQuery) {
    return this.#connections.list(context, query);
  }

  @Get(':id')
  @RequireScope('read')
  @ApiOperation({ summary: 'Show a connection' })
  @ApiOkResponse({ type: Connection })
  get(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#connections.get(context, id);
  }

  @Patch(':id')
  @RequireScope('write')
  @ApiOperation({ summary: 'Update the given fields of a connection' })
  @ApiOkResponse({ type: Connection })
  update(@Context() context: CommandContext, @Param('id') id: string, @Body() changes: UpdateConnectionBody) {
    return this.#connections.update(context, id, changes);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('write')
  @ApiOperation({ summary: 'Remove a connection', description: 'Running jobs are not interrupted.' })
  @ApiNoContentResponse()
  remove(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#connections.remove(context, id);
  }

  @Post(':id/reset')
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Drop the cursor, or those of some objects',
    description: 'The next job reads from the beginning. A job that runs at the time no longer commits its cursor.',
  })
  @ApiOkResponse({ type: Connection })
  reset(@Context() context: CommandContext, @Param('id') id: string, @Body() input: ResetConnectionBody) {
    return this.#connections.reset(context, id, input);
  }

  @Post(':id/pause')
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({ summary: 'Stop automatic syncs', description: 'Requested syncs still run.' })
  @ApiOkResponse({ type: Connection })
  pause(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#connections.change(context, id, 'pause');
  }

  @Post(':id/resume')
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({ summary: 'Resume automatic syncs' })
  @ApiOkResponse({ type: Connection })
  resume(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#connections.change(context, id, 'resume');
  }

  @Post(':id/disconnect')
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({ summary: 'Stop all syncs' })
  @ApiOkResponse({ type: Connection })
  disconnect(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#connections.change(context, id, 'disconnect');
  }

  @Post(':id/reconnect')
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({ summary: 'Allow syncs again' })
  @ApiOkResponse({ type: Connection })
  reconnect(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#connections.change(context, id, 'reconnect');
  }

  @Get(':id/cursor')
  @RequireScope('read')
  @ApiOperation({ summary: 'Show the last committed cursor' })
  @ApiOkResponse({ type: CursorView })
  cursor(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#connections.cursor(context, id);
  }

  @Get(':id/objects')
  @RequireScope('read')
  @ApiOperation({ summary: 'List the objects of a connection', description: 'State, health and cursor of each.' })
  @ApiOkResponse({ type: ConnectionObjects })
  objects(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#connections.objects(context, id);
  }

  @Post(':id/objects/:object/pause')
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({ summary: 'Leave an object out of automatic syncs', description: 'Syncs that name it still read it.' })
  @ApiOkResponse({ type: ConnectionObject })
  pauseObject(@Context() context: CommandContext, @Param('id') id: string, @Param('object') object: string) {
    return this.#connections.changeObject(context, id, object, 'pause');
  }

  @Post(':id/objects/:object/resume')
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({ summary: 'Take an object into automatic syncs again' })
  @ApiOkResponse({ type: ConnectionObject })
  resumeObject(@Context() context: CommandContext, @Param('id') id: string, @Param('object') object: string) {
    return this.#connections.changeObject(context, id, object, 'resume');
  }

  @Post(':id/objects/:object/reset')
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({ summary: 'Drop the cursor of an object', description: 'Its next sync reads it from the beginning.' })
  @ApiOkResponse({ type: ConnectionObject })
  resetObject(@Context() context: CommandContext, @Param('id') id: string, @Param('object') object: string) {
    return this.#connections.changeObject(context, id, object, 'reset');
  }
}
