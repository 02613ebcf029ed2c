import type { ConditionDetail } from '@tidemark/contracts';
import { table, type TableOptions } from './table.js';

/** The service and the details are for operators. */
export type ConditionView = Omit<ConditionDetail, 'detail'> & { readonly detail?: string; readonly service?: string };

/** What is wrong, in a table; nothing when nothing is. */
export function conditionsText(conditions: readonly ConditionView[], options: TableOptions): string {
  if (conditions.length === 0) return '';
  const columns = [
    { title: 'SERVICE', value: ({ service }: ConditionView) => service ?? '' },
    { title: 'WRONG', value: ({ subject }: ConditionView) => subject },
    {
      title: 'SEVERITY',
      value: ({ severity }: ConditionView) => severity,
      color: ({ severity }: ConditionView) => (severity === 'unready' ? ('red' as const) : ('yellow' as const)),
    },
    { title: 'SINCE', value: ({ since }: ConditionView) => since },
    { title: 'DETAIL', value: ({ detail }: ConditionView) => detail ?? '', flexible: true },
  ];
  const isDetailed = conditions.some(({ detail }) => detail !== undefined);
  return table(conditions, isDetailed ? columns : columns.slice(1, -1), options);
}
