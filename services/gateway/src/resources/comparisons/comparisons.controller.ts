import { Controller, Get, Header, Param, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces } from '@nestjs/swagger';
import type { CommandContext } from '@tidemark/contracts';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { Context } from '../../edge/request-context.js';
import { SnapshotComparison, ComparisonQuery, ReportQuery } from './comparisons.dto.js';
import { Comparisons, contentTypes } from './comparisons.js';

@ApiResource('changes')
@RequireScope('read')
@Controller('v1/connections/:id/comparison')
export class ComparisonsController {
  readonly #comparisons: Comparisons;

  constructor(comparisons: Comparisons) {
    this.#comparisons = comparisons;
  }

  @Get()
  @ApiOperation({
    summary: 'Compare any two snapshots of a dependency by the current rules and ignore list',
    description: 'Nothing is recorded. By default the newest snapshot is compared with the one before it.',
  })
  @ApiOkResponse({ type: SnapshotComparison })
  compare(@Context() context: CommandContext, @Param('id') id: string, @Query() query: ComparisonQuery) {
    return this.#comparisons.compare(context, id, query);
  }

  // The content is not trusted: a browser shows the page, but runs and loads nothing.
  @Get('report')
  @Header('content-security-policy', "sandbox; default-src 'none'; style-src 'unsafe-inline'")
  @ApiOperation({ summary: 'The same comparison as a document, without ignored changes' })
  @ApiProduces(...Object.values(contentTypes))
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' } })
  async report(@Context() context: CommandContext, @Param('id') id: string, @Query() query: ReportQuery) {
    const { format = 'html', ...sides } = query;
    const { contentType, body } = await this.#comparisons.report(context, id, { format, ...sides });
    return new StreamableFile(body, { type: contentType });
  }
}
