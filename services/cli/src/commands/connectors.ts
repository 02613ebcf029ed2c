import { Option, type Command } from 'commander';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { csvOptions } from '../local/csv-options.js';
import type { OpeningOptions } from '../local/opening.js';
import type { ReadOptions } from '../local/read.js';
import { lineKinds } from '../local/write-lines.js';
import type { WriteOptions } from '../local/write.js';
import { several, time, wholeNumber } from '../options.js';
import { offline, show, type Action, type Session } from '../session.js';

/** Runs connectors locally, without a running Tidemark. Their code is loaded when a command runs. */
export function connectorsCommand(program: Command, action: Action): void {
  const connectors = program
    .command('connectors')
    .description('read and write external systems; no running Tidemark needed');
  const local = (usage: string, description: string): Command => {
    const command = connectors.command(usage).description(description);
    offline.add(command);
    return command;
  };

  local('list', 'list connectors')
    .option('--json', 'print JSON')
    .action(action(async (session) => (await import('../local/show.js')).listConnectors(session)));
  local('show <connector>', 'show what a connector can do, and the fields of its config')
    .option('--json', 'print JSON, including the JSON Schema of its config')
    .action(action(showOne));
  opening(local('check <connector>', 'check a config and credential, and report problems'))
    .addOption(
      new Option('--as <side>', 'role to check (default: source, if the connector has one)').choices([
        'source',
        'destination',
      ]),
    )
    .option('--json', 'print JSON')
    .action(action(check));
  opening(local('read <connector>', 'print the records of an object as JSON lines'))
    .requiredOption('--object <name>', 'object to read (required)')
    .addOption(new Option('--since <time>', 'only records changed since this time').argParser(time).conflicts('from'))
    .addOption(new Option('--from <time>', 'only records changed at or after this time …').argParser(time))
    .addOption(new Option('--to <time>', '… and before this time (default: now)').argParser(time))
    .addOption(new Option('--page-size <n>', 'records per page').argParser(wholeNumber(1)))
    .addOption(new Option('--limit <n>', 'stop after this many records').argParser(wholeNumber(1)))
    .option('--cursor <file>', 'resume from this file, and save the cursor to it after each page')
    .action(
      action(async (session, name: string, options: ReadOptions) => {
        const { readRecords } = await import('../local/read.js');
        return readRecords(session, name, options);
      }),
    );
  csvOptions(opening(local('write <connector>', 'write the rows of a file, and print failed rows as JSON lines')))
    .requiredOption('--object <name>', 'object to write to, such as a table or a file (required)')
    .addOption(
      new Option('--mode <mode>', 'write mode (required)')
        .choices(['append', 'upsert', 'update', 'mirror'])
        .makeOptionMandatory(),
    )
    .addOption(new Option('--key <field>', 'key field of a row; repeatable').argParser(several))
    .option('--input <file>', 'CSV or JSON lines; - for standard input', '-')
    .addOption(new Option('--format <format>', 'input format (default: from the file name)').choices(['csv', 'jsonl']))
    .addOption(
      new Option('--lines <kind>', 'content of the lines: rows, output of `read`, or output of `rows diff --json`')
        .choices(lineKinds)
        .default('rows'),
    )
    .addOption(new Option('--batch-size <n>', 'rows per batch').argParser(wholeNumber(1)))
    .addOption(
      new Option(
        '--concurrency <n>',
        'batches in parallel, rows of one key in order (default and maximum: see `connectors show`)',
      ).argParser(wholeNumber(1)),
    )
    .option('--run <name>', 'name of the run; repeating a run writes nothing twice, in the batches of its first time')
    .option('--json', 'print the final counts as JSON')
    .action(
      action(async (session, name: string, options: WriteOptions) => {
        const { writeRows } = await import('../local/write.js');
        return writeRows(session, name, options);
      }),
    );
}

const opening = (command: Command): Command =>
  command
    .requiredOption('--config <file>', 'JSON file with the config (required)')
    .option('--credential <file>', 'JSON file that only you can read (default: $TIDEMARK_CREDENTIAL)')
    .addOption(
      new Option(
        '--allow <host>',
        'private host or CIDR to allow in addition to $TIDEMARK_FETCH_ALLOW; repeatable',
      ).argParser(several),
    )
    .option('--root <folder>', 'folder that the `files` connector is confined to (default: the current folder)');

async function showOne(session: Session, name: string): Promise<void> {
  const { connectorOf } = await import('../local/opening.js');
  const { configSchema } = await import('@tidemark/connector-sdk/manifest');
  const { showManifest } = await import('../local/show.js');
  const { manifest } = await connectorOf(name);
  showManifest(session, manifest, configSchema(manifest));
}

interface CheckOptions extends OpeningOptions {
  readonly as?: 'source' | 'destination';
}

async function check(session: Session, name: string, options: CheckOptions): Promise<ExitCode> {
  const { connectorOf, openDestination, openSource } = await import('../local/opening.js');
  const connector = await connectorOf(name);
  const side = options.as ?? (connector.manifest.source ? 'source' : 'destination');
  await using opened =
    side === 'source'
      ? await openSource(session, connector, options)
      : await openDestination(session, connector, options);
  const result = await ('source' in opened ? opened.source : opened.destination).check(session.signal);
  show(session, result, () =>
    result.ok ? result.message : result.problems.map((problem) => `${problem.code}: ${named(problem)}`).join('\n'),
  );
  return result.ok ? exitCodes.ok : exitCodes.unwanted;
}

/** Some messages already begin with the field at fault. */
const named = ({ field, message }: { readonly field?: string; readonly message: string }): string =>
  field === undefined || message.startsWith(`${field}:`) ? message : `${field}: ${message}`;
