import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { RequireScope } from '../auth/scope.guard.js';
import { ReadinessProbe } from './readiness.js';

@ApiTags('health')
@RequireScope('public')
@Controller()
export class HealthController {
  readonly #probe: ReadinessProbe;

  constructor(probe: ReadinessProbe) {
    this.#probe = probe;
  }

  @Get('healthz')
  @ApiOperation({ summary: 'Whether the process is alive' })
  @ApiOkResponse({ schema: { example: { status: 'ok' } } })
  live() {
    return { status: 'ok' };
  }

  @Get('readyz')
  @ApiOperation({ summary: 'Whether requests can be served' })
  @ApiOkResponse({
    description: 'Ready; `degraded` when some lists or documents are unavailable, or one of `conditions` is wrong.',
  })
  @ApiServiceUnavailableResponse({
    description: 'Not ready: the event store or the job coordinator is down, or one of `conditions` is unready.',
  })
  async ready(@Res({ passthrough: true }) reply: FastifyReply) {
    const { ready, ...found } = await this.#probe.check();
    if (!ready) reply.status(503).header('retry-after', '2');
    return { status: ready ? 'ready' : 'unavailable', ...found };
  }
}
