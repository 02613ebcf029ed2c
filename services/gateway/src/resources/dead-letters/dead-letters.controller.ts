import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { DeadLetterDetail, DeadLetterPage, SettledDeadLetters, type CommandContext } from '@tidemark/contracts';
import { RequireScope } from '../../edge/auth/scope.guard.js';
import { ApiResource } from '../../edge/openapi/api-resource.js';
import { Context } from '../../edge/request-context.js';
import { DeadLettersQuery, SettleDeadLettersBody } from './dead-letters.dto.js';
import { DeadLetters } from './dead-letters.js';

@ApiResource('dead letters')
@RequireScope('operate')
@Controller('v1/dead-letters')
export class DeadLettersController {
  readonly #letters: DeadLetters;

  constructor(letters: DeadLetters) {
    this.#letters = letters;
  }

  @Get()
  @ApiOperation({
    summary: 'List messages that were set aside, the oldest first',
    description: "The caller's tenant alone. Messages that name no tenant belong to the tenant `default`.",
  })
  @ApiOkResponse({ type: DeadLetterPage })
  list(@Context() context: CommandContext, @Query() query: DeadLettersQuery) {
    return this.#letters.list(context, query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One of them, with its message', description: 'Values that look like secrets are hidden.' })
  @ApiOkResponse({ type: DeadLetterDetail })
  get(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#letters.get(context, id);
  }

  @Post('redrive')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Have several handled again',
    description: 'May be repeated: those that were redriven before are `missing`. One that fails again is a new one.',
  })
  @ApiOkResponse({ type: SettledDeadLetters })
  redriveSeveral(@Context() context: CommandContext, @Body() which: SettleDeadLettersBody) {
    return this.#letters.redrive(context, which);
  }

  @Post('discard')
  @HttpCode(200)
  @ApiOperation({ summary: 'Delete several' })
  @ApiOkResponse({ type: SettledDeadLetters })
  discardSeveral(@Context() context: CommandContext, @Body() which: SettleDeadLettersBody) {
    return this.#letters.discard(context, which);
  }

  @Post(':id/redrive')
  @HttpCode(204)
  @ApiOperation({ summary: 'Have one handled again' })
  @ApiNoContentResponse()
  redrive(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#letters.settleOne(context, id, 'redrive');
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete one' })
  @ApiNoContentResponse()
  discard(@Context() context: CommandContext, @Param('id') id: string) {
    return this.#letters.settleOne(context, id, 'discard');
  }
}
