import { Option, type Command } from 'commander';
import type { RowsDiffOptions } from '../local/rows-diff.js';
import { several, wholeNumber } from '../options.js';
import { offline, type Act } from '../session.js';

export function rowsCommand(program: Command, act: Act): void {
  const diff = program
    .command('rows')
    .description('tables in files; these commands need no running Tidemark')
    .command('diff <old> <new>')
    .description('rows added, changed and removed between two files, CSV or JSON lines, of any size and in any order')
    .addOption(
      new Option('--key <column>', 'a column that tells rows apart; may be given several times')
        .argParser(several)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--limit <n>', 'print no more differences than that; all are counted').argParser(wholeNumber(0)),
    )
    .option('--exit-code', 'exit with 1 when there are differences')
    .option('--json', 'one JSON a line, the counts last');
  offline.add(diff);
  diff.action(
    act(async (session, old: string, now: string, options: RowsDiffOptions) => {
      const { diffRows } = await import('../local/rows-diff.js');
      return diffRows(session, old, now, options);
    }),
  );
}
