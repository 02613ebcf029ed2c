import { Option, type Command } from 'commander';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import type { OpeningOptions } from '../local/opening.js';
import type { ReadOptions } from '../local/read.js';
import { lineKinds } from '../local/write-lines.js';
import type { WriteOptions } from '../local/write.js';
import { several, time, wholeNumber } from '../options.js';
import { offline, show, type Act, type Session } from '../session.js';

/** Connectors by hand: no Tidemark has to run. What they need is loaded when one of them is called. */
export function connectorsCommand(program: Command, act: Act): void {
  const connectors = program
    .command('connectors')
    .description('the systems that can be read and written; these commands need no running Tidemark');
  const local = (usage: string, description: string): Command => {
    const command = connectors.command(usage).description(description);
    offline.add(command);
    return command;
  };

  local('list', 'all connectors')
    .option('--json', 'as JSON')
    .action(act(async (session) => (await import('../local/show.js')).listConnectors(session)));
  local('show <connector>', 'what one can do, and the fields of its config')
    .option('--json', 'as JSON, with the JSON Schema of its config')
    .action(act(showOne));
  opening(local('check <connector>', 'try a config out, and say what is wrong with it'))
    .addOption(
      new Option('--as <side>', 'as what (default: what it is; of both, source)').choices(['source', 'destination']),
    )
    .option('--json', 'as JSON')
    .action(act(check));
  opening(local('read <connector>', 'print the records of an object, one JSON a line'))
    .requiredOption('--object <name>', 'what is read')
    .addOption(new Option('--since <time>', 'only what changed since').argParser(time).conflicts('from'))
    .addOption(new Option('--from <time>', 'only what changed from then on').argParser(time))
    .addOption(new Option('--to <time>', '… and before; default now').argParser(time))
    .addOption(new Option('--page-size <n>', 'records a page').argParser(wholeNumber(1)))
    .addOption(new Option('--limit <n>', 'stop after so many records').argParser(wholeNumber(1)))
    .option('--cursor <file>', 'go on where the run before stopped; kept up to date after each page')
    .action(
      act(async (session, name: string, options: ReadOptions) => {
        const { readRecords } = await import('../local/read.js');
        return readRecords(session, name, options);
      }),
    );
  opening(local('write <connector>', 'write the rows of a file; print those that fail, one JSON a line'))
    .requiredOption('--object <name>', 'where they belong: a table, a file')
    .addOption(
      new Option('--mode <mode>', 'how').choices(['append', 'upsert', 'update', 'mirror']).makeOptionMandatory(),
    )
    .addOption(new Option('--key <field>', 'a field that names a row; may be given several times').argParser(several))
    .option('--input <file>', 'CSV or JSON lines; - is standard input', '-')
    .addOption(new Option('--format <format>', 'of the input (default: by its name)').choices(['csv', 'jsonl']))
    .addOption(
      new Option('--lines <what>', 'what the lines are: rows, what `read` prints, or what `rows diff --json` prints')
        .choices(lineKinds)
        .default('rows'),
    )
    .addOption(new Option('--batch-size <n>', 'rows a batch').argParser(wholeNumber(1)))
    .addOption(
      new Option(
        '--concurrency <n>',
        'batches at a time, rows of one key in order (default, and at most: as show tells)',
      ).argParser(wholeNumber(1)),
    )
    .option('--run <name>', 'names the batches: the same run again writes nothing twice')
    .option('--json', 'the counts as JSON at the end')
    .action(
      act(async (session, name: string, options: WriteOptions) => {
        const { writeRows } = await import('../local/write.js');
        return writeRows(session, name, options);
      }),
    );
}

const opening = (command: Command): Command =>
  command
    .requiredOption('--config <file>', 'JSON file with the config')
    .option('--credential <file>', 'JSON file that only you may read (default: $TIDEMARK_CREDENTIAL)')
    .addOption(
      new Option('--allow <host>', 'a private host or CIDR that may be called, beside $TIDEMARK_FETCH_ALLOW').argParser(
        several,
      ),
    )
    .option('--root <folder>', 'where the connector `files` may touch files (default: here)');

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

/** Some messages begin with the field that they are about. */
const named = ({ field, message }: { readonly field?: string; readonly message: string }): string =>
  field === undefined || message.startsWith(`${field}:`) ? message : `${field}: ${message}`;
