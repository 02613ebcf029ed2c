import { Option, type Command } from 'commander';
import { csvOptions } from '../local/csv-options.js';
import type { RowsDiffOptions } from '../local/rows-diff.js';
import { several, wholeNumber } from '../options.js';
import { offline, type Action } from '../session.js';

export function rowsCommand(program: Command, action: Action): void {
  const diff = program
    .command('rows')
    .description('compare tables in files; no running Tidemark needed')
    .command('diff <old> <new>')
    .description('show rows added, changed and removed between two CSV or JSON-lines files of any size, in any order')
    .addOption(
      new Option('--key <column>', 'key column that identifies a row; required, repeatable')
        .argParser(several)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--limit <n>', 'print at most this many differences; all are counted').argParser(wholeNumber(0)),
    )
    .option('--exit-code', 'exit with 1 if there are differences, or rows were left out')
    .option('--json', 'print JSON lines, the counts last');
  csvOptions(diff);
  offline.add(diff);
  diff.action(
    action(async (session, old: string, now: string, options: RowsDiffOptions) => {
      const { diffRows } = await import('../local/rows-diff.js');
      return diffRows(session, old, now, options);
    }),
  );
}
