import { Injectable } from '@nestjs/common';
import { views, type CommandContext, type IgnoreListDocument, type IgnoreRule } from '@tidemark/contracts';
import type { View } from '@tidemark/read-model';
import { CommandClient } from '../../edge/command-client.js';
import { KeyedRequests } from '../../edge/keyed-requests.js';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { Connections } from '../connections/connections.js';
import type { AddIgnoreRuleBody } from './ignores.dto.js';

/** Commands and queries about ignore lists, for HTTP and gRPC. */
@Injectable()
export class Ignores {
  readonly #view: View<IgnoreListDocument>;
  readonly #commands: CommandClient;
  readonly #connections: Connections;
  readonly #requests: KeyedRequests;

  constructor(commands: CommandClient, connections: Connections, requests: KeyedRequests, { readModel }: Ports) {
    this.#commands = commands;
    this.#connections = connections;
    this.#requests = requests;
    this.#view = readModel.view<IgnoreListDocument>(views.ignoreLists);
  }

  /** The rules of a connection, in the order in which they were added. @throws TidemarkError NOT_FOUND */
  async list(context: CommandContext, connectionId: string): Promise<{ readonly data: readonly IgnoreRule[] }> {
    await this.#connections.assertExists(context, connectionId);
    return { data: await this.#rules(context, parseId(connectionId)) };
  }

  /** @throws TidemarkError NOT_FOUND · VALIDATION_FAILED · CONFLICT when the list is full */
  add(context: CommandContext, connectionId: string, rule: AddIgnoreRuleBody, key?: string): Promise<IgnoreRule> {
    const body = { ...rule, connectionId };
    return this.#requests.complete(context, { key, operation: 'add-ignore-rule', body }, async () => {
      await this.#connections.assertExists(context, connectionId);
      return this.#commands.ask('differ', 'add-ignore-rule', context, body);
    });
  }

  /** @throws TidemarkError NOT_FOUND */
  async remove(context: CommandContext, connectionId: string, ignoreId: string): Promise<void> {
    await this.#connections.assertExists(context, connectionId);
    await this.#commands.ask('differ', 'remove-ignore-rule', context, { connectionId, ignoreId: parseId(ignoreId) });
  }

  async #rules({ tenant }: CommandContext, connectionId: string): Promise<readonly IgnoreRule[]> {
    const list = await this.#view.get(connectionId);
    return list?.tenant === tenant ? list.rules : [];
  }
}
