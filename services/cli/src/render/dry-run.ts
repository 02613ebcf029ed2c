import type { DryRun } from '@tidemark/contracts';
import { brief } from './text.js';
import { table, type TableOptions } from './table.js';

/** A table for each kind of write; those without rows are left out. */
export function dryRunTables(dryRun: DryRun, options: TableOptions): string {
  const parts = (['created', 'updated', 'deleted'] as const).map((kind) => {
    const { count, rows } = dryRun[kind];
    const first = count > rows.length ? `, the first ${rows.length}:` : '';
    const heading = `${count} would be ${kind}${first}`;
    if (rows.length === 0) return heading;
    const listed = table(
      rows,
      [
        { title: 'KEY', value: ({ key }) => brief(key) },
        ...(kind === 'updated'
          ? [{ title: 'COLUMNS', value: ({ columns = [] }: (typeof rows)[number]) => columns.join(', ') }]
          : []),
        { title: 'DATA', value: ({ data }) => (data ? brief(data) : '–'), flexible: true },
      ],
      options,
    );
    return `${heading}\n${listed}`;
  });
  return parts.join('\n\n');
}
