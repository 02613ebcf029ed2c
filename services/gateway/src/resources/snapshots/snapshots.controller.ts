import { Readable } from 'node:stream';
import { Controller, Get, Headers, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces } from '@nestjs/swagger';
import { Snapshot, type CommandContext } from '@tidemark/contracts';
import type { FastifyReply } from 'fastify';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { PageQuery } from '../../edge/paging.js';
import { Context } from '../../edge/request-context.js';
import { OperationPage, SnapshotPage } from './snapshots.dto.js';
import { Snapshots } from './snapshots.js';

@ApiResource('snapshots')
@RequireScope('read')
@Controller('v1')
export class SnapshotsController {
  readonly #snapshots: Snapshots;

  constructor(snapshots: Snapshots) {
    this.#snapshots = snapshots;
  }

  @Get('connections/:id/snapshots')
  @ApiOperation({ summary: "List a connection's snapshots, the newest first" })
  @ApiOkResponse({ type: SnapshotPage })
  list(@Context() context: CommandContext, @Param('id') connectionId: string, @Query() query: PageQuery) {
    return this.#snapshots.list(context, connectionId, query);
  }

  @Get('snapshots/:id')
  @ApiOperation({ summary: 'Show a snapshot' })
  @ApiOkResponse({ type: Snapshot })
  get(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#snapshots.get(context, id);
  }

  @Get('snapshots/:id/operations')
  @ApiOperation({ summary: "List the operations of a snapshot's API, with references resolved" })
  @ApiOkResponse({ type: OperationPage })
  operations(@Context() context: CommandContext, @Param('id') id: string, @Query() query: PageQuery) {
    return this.#snapshots.operations(context, id, query);
  }

  @Get('snapshots/:id/raw')
  @ApiOperation({ summary: 'Download the document as it was fetched' })
  @ApiProduces('application/json', 'application/yaml')
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  async raw(
    @Context() context: CommandContext,
    @Param('id') id: string,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile | undefined> {
    const { etag, contentType, open } = await this.#snapshots.raw(context, id);
    reply.header('etag', `"${etag}"`).header('cache-control', 'private, max-age=31536000, immutable');
    // The content is not trusted: a browser must treat it as data only.
    reply.header('content-security-policy', 'sandbox');
    if (known?.includes(`"${etag}"`)) return void reply.status(304);
    return new StreamableFile(Readable.from(await open(), { objectMode: false }), { type: contentType });
  }
}
