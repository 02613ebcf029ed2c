import { TidemarkError } from '@tidemark/contracts';
import type { Decider } from '@tidemark/event-store';
import type { IgnoreListCommand } from './ignore-list.commands.js';
import type { IgnoreListEvent } from './ignore-list.events.js';
import { emptyIgnoreList, evolveIgnoreList, type IgnoreList } from './ignore-list.js';

export const ignoreListDecider: Decider<IgnoreList, IgnoreListCommand, IgnoreListEvent> = {
  initialState: () => emptyIgnoreList,
  evolve: evolveIgnoreList,
  decide: decideIgnoreList,
};

/** A list is always read as a whole, also by people. */
export const MAX_RULES = 500;

/** The events that follow from a command; none when nothing changes. A command that the state does not allow throws a TidemarkError. */
export function decideIgnoreList(command: IgnoreListCommand, { rules }: IgnoreList): IgnoreListEvent[] {
  const known = rules.some(({ id }) => id === command.data.id);
  if (command.type === 'RemoveIgnoreRule') {
    if (!known) throw new TidemarkError('NOT_FOUND', 'no such ignore rule');
    return [{ type: 'IgnoreRuleRemoved', data: command.data }];
  }
  if (known) return [];
  if (rules.length >= MAX_RULES)
    throw new TidemarkError('CONFLICT', `the ignore list is full: it has ${MAX_RULES} rules; remove expired ones`);
  return [{ type: 'IgnoreRuleAdded', data: command.data }];
}
