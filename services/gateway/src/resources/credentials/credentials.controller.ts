import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import {
  CreateCredential,
  CredentialComparison,
  CredentialList,
  CredentialSecrets,
  CredentialView,
  type CommandContext,
} from '@tidemark/contracts';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiIdempotencyKey, IdempotencyKey } from '../../edge/idempotency-key.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { Context } from '../../edge/request-context.js';
import { Credentials } from './credentials.js';

@ApiResource('credentials')
@Controller('v1/credentials')
export class CredentialsController {
  readonly #credentials: Credentials;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
  }

  @Post()
  @RequireScope('write')
  @ApiOperation({ summary: 'Store a credential', description: 'Encrypted; no answer ever contains its secrets.' })
  @ApiIdempotencyKey()
  @ApiCreatedResponse({ type: CredentialView })
  create(@Context() context: CommandContext, @Body() input: CreateCredential, @IdempotencyKey() key?: string) {
    return this.#credentials.create(context, input, key);
  }

  @Get()
  @RequireScope('read')
  @ApiOperation({ summary: 'List credentials by name, without their secrets' })
  @ApiOkResponse({ type: CredentialList })
  list(@Context() context: CommandContext) {
    return this.#credentials.list(context);
  }

  @Get(':id')
  @RequireScope('read')
  @ApiOperation({ summary: 'Show a credential without its secrets' })
  @ApiOkResponse({ type: CredentialView })
  get(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#credentials.get(context, id);
  }

  @Put(':id')
  @RequireScope('write')
  @ApiOperation({
    summary: 'Replace the secrets of a credential',
    description: 'Its connections use the new ones at once.',
  })
  @ApiOkResponse({ type: CredentialView })
  replace(@Context() context: CommandContext, @Param('id') id: string, @Body() secrets: CredentialSecrets) {
    return this.#credentials.replace(context, id, secrets);
  }

  @Post(':id/compare')
  @HttpCode(200)
  @RequireScope('write')
  @ApiOperation({
    summary: 'Compare secrets with those of a credential',
    description: 'All fields of the kind; tokens and absent webhook secrets are not compared.',
  })
  @ApiOkResponse({ type: CredentialComparison })
  compare(@Context() context: CommandContext, @Param('id') id: string, @Body() secrets: CredentialSecrets) {
    return this.#credentials.compare(context, id, secrets);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequireScope('write')
  @ApiOperation({ summary: 'Remove a credential', description: 'Refused (409) while connections use it.' })
  @ApiNoContentResponse()
  remove(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#credentials.remove(context, id);
  }

  @Post('rotate-key')
  @HttpCode(200)
  @RequireScope('operate')
  @ApiOperation({
    summary: 'Encrypt the credentials of all tenants with the current key',
    description: 'The first of TIDEMARK_SECRET_KEY; afterwards the others can be removed from it.',
  })
  rotateKey() {
    return this.#credentials.rotateKey();
  }
}
