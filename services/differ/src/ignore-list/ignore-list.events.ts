import { stream, type Fact, type IgnoreMatch } from '@tidemark/contracts';

/** Matching changes are expected from now on. */
export type IgnoreRuleAdded = Fact<
  'IgnoreRuleAdded',
  {
    readonly id: string;
    readonly tenant: string;
    readonly connectionId: string;
    readonly match: IgnoreMatch;
    readonly reason: string;
    /** Milliseconds since the epoch; null: permanently. */
    readonly until: number | null;
    readonly actor: string;
  }
>;

export type IgnoreRuleRemoved = Fact<
  'IgnoreRuleRemoved',
  { readonly id: string; readonly tenant: string; readonly connectionId: string }
>;

export type IgnoreListEvent = IgnoreRuleAdded | IgnoreRuleRemoved;

/** `ignores-<connection id>` */
export const ignoreListStream = stream<IgnoreListEvent>('ignores', { IgnoreRuleAdded: true, IgnoreRuleRemoved: true });
