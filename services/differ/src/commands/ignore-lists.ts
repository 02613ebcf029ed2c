import {
  TidemarkError,
  type AddIgnoreRule,
  type CommandContext,
  type IgnoreRule,
  type RemoveIgnoreRule,
} from '@tidemark/contracts';
import { AggregateStore, type EventStore } from '@tidemark/event-store';
import { uuidv5 } from '@tidemark/foundation';
import { IgnoreListError, readIgnoreList } from '@tidemark/openapi-diff';
import type { IgnoreListCommand } from '../ignore-list/ignore-list.commands.js';
import { decideIgnoreList } from '../ignore-list/ignore-list.decide.js';
import type { IgnoreListEvent } from '../ignore-list/ignore-list.events.js';
import { emptyIgnoreList, evolveIgnoreList, type IgnoreList } from '../ignore-list/ignore-list.js';

const streamOf = (connectionId: string) => `ignores-${connectionId}`;
const MAX_TEXT = 2000;

/** The ignore lists of all dependencies. Whoever asks has made sure that the connection is the tenant's. */
export class IgnoreLists {
  readonly #lists: AggregateStore<IgnoreList, IgnoreListCommand, IgnoreListEvent>;

  constructor(
    eventStore: EventStore,
    private readonly now: () => number,
  ) {
    const decider = { initialState: () => emptyIgnoreList, evolve: evolveIgnoreList, decide: decideIgnoreList };
    this.#lists = new AggregateStore(eventStore, decider);
  }

  /** The rules of one connection, those that ended as well. */
  async of(connectionId: string): Promise<readonly IgnoreRule[]> {
    return (await this.#lists.load(streamOf(connectionId))).state.rules;
  }

  /** A rule that says the same again is the same rule. @throws TidemarkError VALIDATION_FAILED · CONFLICT when full */
  async add(context: CommandContext, input: AddIgnoreRule): Promise<IgnoreRule> {
    const { tenant, connectionId, reason, until, ...match } = input;
    assertValid({ ...match, reason, ...(until !== undefined && { until }) });
    const end = until === undefined ? null : Date.parse(until);
    const { rule = '', operation = '', pointer = '', changeId = '' } = match;
    const id = uuidv5('ignore', connectionId, rule, operation, pointer, changeId, reason, end ?? 0);
    const data = { id, tenant, connectionId, match, reason, until: end, actor: context.actor, at: this.now() };
    const { state } = await this.#lists.handle(streamOf(connectionId), { type: 'AddIgnoreRule', data }, context);
    return state.rules.find((one) => one.id === id)!;
  }

  /** @throws TidemarkError NOT_FOUND */
  async remove(context: CommandContext, { tenant, connectionId, ignoreId: id }: RemoveIgnoreRule): Promise<void> {
    const data = { id, tenant, connectionId, at: this.now() };
    await this.#lists.handle(streamOf(connectionId), { type: 'RemoveIgnoreRule', data }, context);
  }
}

function assertValid(rule: Readonly<Record<string, unknown>>): void {
  const problems = Object.entries(rule).flatMap(([field, text]) =>
    typeof text === 'string' && text.length > 0 && text.length <= MAX_TEXT
      ? []
      : [{ field, message: `must be text of 1 to ${MAX_TEXT} characters` }],
  );
  if (problems.length > 0)
    throw new TidemarkError(
      'VALIDATION_FAILED',
      problems.map(({ field, message }) => `${field} ${message}`).join('; '),
      { fields: problems },
    );
  try {
    readIgnoreList([rule]);
  } catch (error) {
    if (!(error instanceof IgnoreListError)) throw error;
    const field = error.field.replace(/^ignore\[0\]\.?/, '');
    const fields = [{ field: field || 'rule', message: error.reason }];
    throw new TidemarkError('VALIDATION_FAILED', `${fields[0]!.field} ${error.reason}`, { fields }, { cause: error });
  }
}
