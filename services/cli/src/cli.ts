import { Command, CommanderError, Option } from 'commander';
import { CliError, errorLine } from './cli-error.js';
import { applyCommands } from './commands/apply.js';
import { changesCommand } from './commands/changes.js';
import { connectionsCommand } from './commands/connections.js';
import { connectorsCommand } from './commands/connectors.js';
import { deadLettersCommand } from './commands/dead-letters.js';
import { diffCommand } from './commands/diff.js';
import { failedRowsCommand } from './commands/failed-rows.js';
import { ignoresCommand } from './commands/ignores.js';
import { jobsCommand } from './commands/jobs.js';
import { keysCommand } from './commands/keys.js';
import { projectionsCommand } from './commands/projections.js';
import { providersCommand } from './commands/providers.js';
import { replayCommand } from './commands/replay.js';
import { rowsCommand } from './commands/rows.js';
import { credentialsCommand } from './commands/credentials.js';
import { recordsCommand } from './commands/records.js';
import { snapshotsCommand } from './commands/snapshots.js';
import { statusCommands } from './commands/status.js';
import { syncCommand } from './commands/sync.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { offline, openSession, ownOptions, ownUrl, type Action, type Host } from './session.js';

const commands = [
  connectionsCommand,
  syncCommand,
  jobsCommand,
  credentialsCommand,
  recordsCommand,
  failedRowsCommand,
  applyCommands,
  snapshotsCommand,
  changesCommand,
  ignoresCommand,
  providersCommand,
  diffCommand,
  connectorsCommand,
  rowsCommand,
  replayCommand,
  projectionsCommand,
  deadLettersCommand,
  keysCommand,
  statusCommands,
];

/** Runs one command line, without the program's name. Resolves with the exit code; never rejects. */
export async function run(argv: readonly string[], host: Host): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.ok;
  const action: Action = (work) =>
    async function (...args) {
      // Commander passes the arguments, then the options, then the command.
      const command = args.pop() as Command;
      args.pop();
      exitCode = (await work(openSession(command, host), ...([...args, ownOptions(command)] as never))) ?? exitCodes.ok;
    };
  try {
    await buildProgram(host, action).parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError)
      return error.code === 'commander.helpDisplayed' ? exitCodes.ok : exitCodes.usage;
    const code = error instanceof CliError ? error.exitCode : exitCodes.fault;
    if (code !== exitCodes.interrupted) host.terminal.note(`tidemark: ${errorLine(error)}`);
    return code;
  }
}

function buildProgram({ terminal }: Host, action: Action): Command {
  const program = new Command('tidemark')
    .description('Manage sync jobs and API changes. Most commands call the HTTP API of a running Tidemark.')
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError('(see --help)')
    .configureOutput({
      writeOut: (text) => terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
      getOutHelpWidth: () => terminal.width ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  for (const register of commands) register(program, action);
  for (const command of [program, ...leaves(program)]) commonOptions(command);
  return program;
}

/** The commands without subcommands. */
const leaves = (command: Command): Command[] =>
  command.commands.flatMap((child) => (child.commands.length > 0 ? leaves(child) : [child]));

function commonOptions(command: Command): void {
  if (offline.has(command)) return;
  if (!ownUrl.has(command))
    command.option('--url <url>', "Tidemark's address (default: $TIDEMARK_URL, or http://127.0.0.1:8080)");
  command.option(
    '--key-file <file>',
    'file with the API key, readable only by you (default: $TIDEMARK_API_KEY, or the file $TIDEMARK_API_KEY_FILE)',
  );
  command.addOption(new Option('--key <key>').hideHelp());
  command.option('--json', "print only the API's JSON");
}
