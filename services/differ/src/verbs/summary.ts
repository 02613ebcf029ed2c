import type { ChangeSummary, FoundChange, IgnoreListDocument, IgnoreRule } from '@tidemark/contracts';
import type { View } from '@tidemark/read-model';

/** The current rules of a tenant's connection, from the view. */
export async function rulesOf(
  view: View<IgnoreListDocument>,
  { tenant, connectionId }: { readonly tenant: string; readonly connectionId: string },
): Promise<readonly IgnoreRule[]> {
  const list = await view.get(connectionId);
  return list?.tenant === tenant ? list.rules : [];
}

type Summary<Change extends FoundChange> = Omit<Change, 'operations' | 'tenant'> & ChangeSummary;

/** The change as lists show it: without its long fields, and with the rule that expects it. */
export function summaryOf<Change extends FoundChange>(change: Change, rule: IgnoreRule | undefined): Summary<Change> {
  const { operations, tenant: _, ...shown } = change as Change & { tenant?: string };
  const ignored = rule ? { id: rule.id, reason: rule.reason } : null;
  return { ...shown, operationCount: operations.length, ignored } as Summary<Change>;
}
