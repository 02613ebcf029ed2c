import type { RowError, RowErrorGroup } from '@tidemark/contracts';
import { table, type TableOptions } from './table.js';

export const errorGroupTable = (groups: readonly RowErrorGroup[], options: TableOptions): string =>
  table(
    groups,
    [
      { title: 'COUNT', value: ({ count }) => String(count) },
      { title: 'CODE', value: ({ code }) => code, color: () => 'red' },
      { title: 'MESSAGE', value: ({ pattern }) => pattern, flexible: true },
    ],
    options,
  );

export const errorTable = (errors: readonly RowError[], options: TableOptions): string =>
  table(
    errors,
    [
      { title: 'OBJECT', value: ({ objectType }) => objectType },
      { title: 'ID', value: ({ externalId = '–' }) => externalId, flexible: true },
      { title: 'DESTINATION', value: ({ destination = '–' }) => destination },
      { title: 'FIELD', value: ({ field = '–' }) => field },
      { title: 'CODE', value: ({ code }) => code },
      { title: 'MESSAGE', value: ({ message }) => message, flexible: true },
    ],
    options,
  );
