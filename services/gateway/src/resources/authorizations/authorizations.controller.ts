import { Body, Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiDefaultResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { CommandContext } from '@tidemark/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { Context } from '../../edge/request-context.js';
import { AuthorizationStarted, AuthorizeConnectionBody } from './authorizations.dto.js';
import { ConnectionAuthorizations } from './authorizations.js';
import { outcomePage } from './outcome-page.js';

@ApiResource('connections')
@Controller('v1/connections')
export class AuthorizationsController {
  readonly #authorizations: ConnectionAuthorizations;

  constructor(authorizations: ConnectionAuthorizations) {
    this.#authorizations = authorizations;
  }

  @Post(':id/authorize')
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Ask a user to authorise a credential of the connection',
    description:
      'Answers with the page that asks the user, who comes back to `/oauth/callback` of this installation. Then a ' +
      'connection that was `revoked` is `active` again, and its schedule goes on.',
  })
  @ApiOkResponse({ type: AuthorizationStarted })
  begin(@Context() context: CommandContext, @Param('id') id: string, @Body() input: AuthorizeConnectionBody) {
    return this.#authorizations.begin(context, id, input);
  }
}

@ApiTags('connections')
@Controller('oauth')
export class CallbackController {
  readonly #authorizations: ConnectionAuthorizations;

  constructor(authorizations: ConnectionAuthorizations) {
    this.#authorizations = authorizations;
  }

  @Get('callback')
  @RequireScope('public')
  @ApiOperation({
    summary: 'Where users come back to after they were asked to authorise',
    description: 'The redirect URI to register with the system. Answers with a page that says what happened.',
  })
  @ApiOkResponse({ description: 'Authorised.', content: { 'text/html': {} } })
  @ApiDefaultResponse({ description: 'Not authorised; the page says why.', content: { 'text/html': {} } })
  async complete(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    const { searchParams } = new URL(request.url, 'http://callback');
    const outcome = await this.#authorizations.complete(searchParams, request.id);
    reply.status(outcome.status).type('text/html; charset=utf-8').header('cache-control', 'no-store');
    return outcomePage(outcome);
  }
}
