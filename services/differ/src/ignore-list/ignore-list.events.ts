import type { IgnoreMatch } from '@tidemark/contracts';

/** From now on changes that match are expected. Times are milliseconds since the epoch. */
export interface IgnoreRuleAdded {
  readonly type: 'IgnoreRuleAdded';
  readonly data: {
    readonly id: string;
    readonly tenant: string;
    readonly connectionId: string;
    readonly match: IgnoreMatch;
    readonly reason: string;
    /** Null: for good. */
    readonly until: number | null;
    readonly actor: string;
    readonly at: number;
  };
}

export interface IgnoreRuleRemoved {
  readonly type: 'IgnoreRuleRemoved';
  readonly data: { readonly id: string; readonly tenant: string; readonly connectionId: string; readonly at: number };
}

/** The events of an `ignores-<connection>` stream. */
export type IgnoreListEvent = IgnoreRuleAdded | IgnoreRuleRemoved;
