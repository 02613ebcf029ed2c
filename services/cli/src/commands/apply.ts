import type { Command } from 'commander';
import type { ApplyOptions } from '../apply/apply.js';
import type { Action } from '../session.js';

/** Their code is loaded when a command runs. */
export function applyCommands(program: Command, action: Action): void {
  program
    .command('apply')
    .description('make credentials, connections and ignore rules what a file declares')
    .requiredOption('-f, --file <file>', 'YAML or JSON; - for standard input (required)')
    .option('--plan', 'only show what would change')
    .option('--prune', 'also remove what the sections of the file do not declare')
    .option('--exit-code', 'exit with 1 if something differs')
    .action(
      action(async (session, options: ApplyOptions) => (await import('../apply/apply.js')).apply(session, options)),
    );
  program
    .command('export')
    .description('print credentials (without secrets), connections and ignore rules as such a file')
    .option('--output <file>', 'write it to this file')
    .action(
      action(async (session, options: { readonly output?: string }) =>
        (await import('../apply/export.js')).exportDeclaration(session, options),
      ),
    );
}
