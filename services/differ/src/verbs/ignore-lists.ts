import {
  invalid,
  problem,
  type AddIgnoreRule,
  type CommandContext,
  type IgnoreMatch,
  type IgnoreRule,
  type RemoveIgnoreRule,
} from '@tidemark/contracts';
import { AggregateStore, type EventStore } from '@tidemark/event-store';
import { uuidv5 } from '@tidemark/foundation';
import { IgnoreListError, readIgnoreList } from '@tidemark/openapi-diff/threads';
import type { IgnoreListCommand } from '../ignore-list/ignore-list.commands.js';
import { ignoreListDecider } from '../ignore-list/ignore-list.decide.js';
import { ignoreListStream, type IgnoreListEvent } from '../ignore-list/ignore-list.events.js';
import type { IgnoreList } from '../ignore-list/ignore-list.js';

/** The ignore lists of all dependencies. Callers have verified that the connection belongs to the tenant. */
export class IgnoreLists {
  readonly #lists: AggregateStore<IgnoreList, IgnoreListCommand, IgnoreListEvent>;

  constructor(
    eventStore: EventStore,
    private readonly now: () => number,
  ) {
    this.#lists = new AggregateStore(eventStore, ignoreListStream, ignoreListDecider);
  }

  /** The rules of one connection, including expired ones. */
  async of(connectionId: string): Promise<readonly IgnoreRule[]> {
    return (await this.#lists.load(connectionId)).state.rules;
  }

  /** Adding an identical rule returns the existing one. @throws TidemarkError VALIDATION_FAILED · CONFLICT when full */
  async add(context: CommandContext, input: AddIgnoreRule): Promise<IgnoreRule> {
    const { tenant, connectionId, reason, until, ...match } = input;
    assertCanMatch(match);
    const end = until === undefined ? null : Date.parse(until);
    const { rule = '', operation = '', pointer = '', changeId = '' } = match;
    const id = uuidv5('ignore', connectionId, rule, operation, pointer, changeId, reason, end ?? 0);
    const data = { id, tenant, connectionId, match, reason, until: end, actor: context.actor, at: this.now() };
    const { state } = await this.#lists.handle(connectionId, { type: 'AddIgnoreRule', data }, context);
    return state.rules.find((one) => one.id === id)!;
  }

  /** @throws TidemarkError NOT_FOUND */
  async remove(context: CommandContext, { tenant, connectionId, ignoreId: id }: RemoveIgnoreRule): Promise<void> {
    const data = { id, tenant, connectionId, at: this.now() };
    await this.#lists.handle(connectionId, { type: 'RemoveIgnoreRule', data }, context);
  }
}

/** @throws TidemarkError VALIDATION_FAILED for a rule that can never match */
function assertCanMatch(rule: IgnoreMatch): void {
  try {
    readIgnoreList([rule]);
  } catch (error) {
    if (!(error instanceof IgnoreListError)) throw error;
    throw invalid([problem(error.field.replace(/^ignore\[0\]\./, ''), error.reason)], { cause: error });
  }
}
