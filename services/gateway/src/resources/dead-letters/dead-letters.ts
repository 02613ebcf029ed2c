import { Injectable } from '@nestjs/common';
import {
  TidemarkError,
  type CommandContext,
  type DeadLetterDetail,
  type DeadLetterPage,
  type SettledDeadLetters,
} from '@tidemark/contracts';
import { CommandClient } from '../../edge/command-client.js';
import { parseId } from '../../edge/validation/parse-id.js';
import type { DeadLettersQuery, SettleDeadLettersBody } from './dead-letters.dto.js';

const OWNER = 'job-coordinator';
/** A thousand letters at once. */
const WITHIN_MS = 60_000;

/** The caller's messages that were set aside, for HTTP and gRPC. */
@Injectable()
export class DeadLetters {
  readonly #commands: CommandClient;

  constructor(commands: CommandClient) {
    this.#commands = commands;
  }

  list(context: CommandContext, query: DeadLettersQuery): Promise<DeadLetterPage> {
    return this.#commands.ask(OWNER, 'list-dead-letters', context, query);
  }

  /** @throws TidemarkError NOT_FOUND */
  async get(context: CommandContext, id: unknown): Promise<DeadLetterDetail> {
    return this.#commands.ask(OWNER, 'get-dead-letter', context, { id: parseId(id) });
  }

  redrive(context: CommandContext, which: SettleDeadLettersBody): Promise<SettledDeadLetters> {
    return this.#commands.ask(OWNER, 'redrive-dead-letters', context, which, { timeoutMs: WITHIN_MS });
  }

  discard(context: CommandContext, which: SettleDeadLettersBody): Promise<SettledDeadLetters> {
    return this.#commands.ask(OWNER, 'discard-dead-letters', context, which, { timeoutMs: WITHIN_MS });
  }

  /** @throws TidemarkError NOT_FOUND */
  async settleOne(context: CommandContext, id: unknown, how: 'redrive' | 'discard'): Promise<void> {
    const { missing } = await this[how](context, { ids: [parseId(id)] });
    if (missing.length > 0)
      throw new TidemarkError('NOT_FOUND', 'no such dead letter: was it redriven or discarded before?');
  }
}
