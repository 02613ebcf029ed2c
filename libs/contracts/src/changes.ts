export const severities = ['breaking', 'risky', 'safe', 'info'] as const;
export type Severity = (typeof severities)[number];

/** How many changes there are of each severity. */
export type BySeverity = { readonly [severity in Severity]: number };

export const tally = (changes: readonly { readonly severity: Severity }[]): BySeverity => {
  const counts = { breaking: 0, risky: 0, safe: 0, info: 0 };
  for (const { severity } of changes) counts[severity]++;
  return counts;
};

/** One classified difference between two snapshots, as a comparison finds it. */
export interface FoundChange {
  /** Same for the same difference between the same documents. */
  readonly changeId: string;
  readonly rule: string;
  readonly severity: Severity;
  /** `GET /pets`; null when the change belongs to no single operation. */
  readonly operation: string | null;
  /** All operations that the change reaches: one root cause may break many. */
  readonly operations: readonly string[];
  readonly pointer: { readonly before?: string; readonly after?: string };
  readonly before: unknown;
  readonly after: unknown;
  /** One sentence. */
  readonly message: string;
  /** Place in the comparison's order, from 0. */
  readonly order: number;
}

/** A change in a list: how many operations it reaches, and whether today's ignore list expects it. */
export type ChangeSummary<Change extends FoundChange = FoundChange> = Omit<Change, 'operations' | 'tenant'> & {
  readonly operationCount: number;
  readonly ignored: Pick<IgnoreRule, 'id' | 'reason'> | null;
};

/** What matches an ignored change: all that is given must. */
export interface IgnoreMatch {
  /** A rule's id; `*` stands for anything in it. */
  readonly rule?: string;
  /** `GET /pets/{id}`; `*` stands for anything in it. */
  readonly operation?: string;
  /** A JSON pointer into either document; it and everything below it. */
  readonly pointer?: string;
  readonly changeId?: string;
}

/** Changes of a dependency that are expected, and alert nobody. Times are ISO 8601 in UTC. */
export interface IgnoreRule extends IgnoreMatch {
  readonly id: string;
  readonly reason: string;
  /** Until when it holds; null: for good. */
  readonly until: string | null;
  readonly createdAt: string;
  /** Who asked for it. */
  readonly createdBy: string;
}
