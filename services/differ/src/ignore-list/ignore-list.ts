import type { IgnoreRule } from '@tidemark/contracts';
import { instantOf } from '@tidemark/foundation/instant';
import type { IgnoreListEvent, IgnoreRuleAdded } from './ignore-list.events.js';

/** The changes of a dependency that are expected, in the order in which the rules were added. */
export interface IgnoreList {
  readonly rules: readonly IgnoreRule[];
}

export const emptyIgnoreList: IgnoreList = { rules: [] };

export function evolveIgnoreList({ rules }: IgnoreList, event: IgnoreListEvent): IgnoreList {
  const others = rules.filter(({ id }) => id !== event.data.id);
  switch (event.type) {
    case 'IgnoreRuleAdded':
      return { rules: [...others, ruleOf(event.data)] };
    case 'IgnoreRuleRemoved':
      return { rules: others };
  }
}

function ruleOf({ id, match, reason, until, actor, at }: IgnoreRuleAdded['data']): IgnoreRule {
  return {
    id,
    ...match,
    reason,
    until: until === null ? null : instantOf(until),
    createdAt: instantOf(at),
    createdBy: actor,
  };
}
