import type { ConditionView } from '@tidemark/contracts';
import { table, type TableOptions } from './table.js';

/** What is wrong, in a table; nothing when nothing is. */
export const conditionsText = (conditions: readonly ConditionView[], options: TableOptions): string =>
  conditions.length === 0
    ? ''
    : table(
        conditions,
        [
          { title: 'WRONG', value: ({ subject }) => subject },
          {
            title: 'SEVERITY',
            value: ({ severity }) => severity,
            color: ({ severity }) => (severity === 'unready' ? 'red' : 'yellow'),
          },
          { title: 'SINCE', value: ({ since }) => since },
        ],
        options,
      );
