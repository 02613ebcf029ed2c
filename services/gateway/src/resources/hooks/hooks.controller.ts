import { Controller, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiDefaultResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ErrorBody } from '../../edge/errors/error-body.js';
import { addressGroup, clientAddress } from '../../edge/limits/client-address.js';
import { EdgeLimits } from '../../edge/limits/edge-limits.js';
import { Hooks } from './hooks.js';

@ApiTags('webhooks')
@Controller('hooks')
export class HooksController {
  readonly #hooks: Hooks;
  readonly #limits: EdgeLimits;

  constructor(hooks: Hooks, limits: EdgeLimits) {
    this.#hooks = hooks;
    this.#limits = limits;
  }

  @Post(':connectionId')
  @HttpCode(200)
  @RequireScope('public')
  @ApiOperation({
    summary: "Take a webhook of a connection's source",
    description:
      "The address to enter where the source asks for one. Signed by the source with a secret of the connection's " +
      'credential; answered when what it says is durable. What is pushed within a few seconds becomes one job of type ' +
      '`webhook`; a delivery that is repeated changes nothing.',
  })
  @ApiOkResponse({ description: 'Taken; the body is what the source expects, if anything.' })
  @ApiDefaultResponse({ type: ErrorBody, description: 'Any error; a wrong signature is 401 without a reason.' })
  async take(
    @Param('connectionId') connectionId: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const { id: requestId, headers, query, body, socket } = request;
    const text = (name: string) => (headers[name] === undefined ? undefined : String(headers[name]));
    const forwarding = { 'x-forwarded-for': text('x-forwarded-for'), forwarded: text('forwarded') };
    const address = addressGroup(clientAddress(socket.remoteAddress ?? '', forwarding, this.#limits.trusted));
    const incoming = { headers, query: query as Record<string, unknown>, body: bytesOf(body) };
    const answer = await this.#hooks.take({ ...incoming, connectionId, requestId, address });
    reply.type(`${answer?.contentType ?? 'text/plain'}; charset=utf-8`);
    return answer?.body ?? '';
  }
}

const bytesOf = (body: unknown): Uint8Array => (body instanceof Uint8Array ? body : new Uint8Array());
