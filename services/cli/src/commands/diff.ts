import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Change, CompareOptions, Configured, DiffConfig, RenderFormat } from '@tidemark/openapi-diff';
import { Option, type Command } from 'commander';
import { usageError } from '../cli-error.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { time } from '../options.js';
import { severityColor } from '../render/style.js';
import { plain } from '../render/text.js';
import { offline, type Action, type Session } from '../session.js';
import { runBatch } from './diff-batch.js';
import { CONFIG_NAME, findConfig } from './diff-config.js';
import { readDescription, readIgnoreFile } from './diff-input.js';
import { rulesCommand } from './diff-rules.js';
import { badInput, type SourceOptions } from './diff-source.js';

/** As the engine names them; it is loaded only when it is needed. */
const toolFormats = ['sarif', 'junit', 'github', 'gitlab', 'csv'] as const satisfies readonly RenderFormat[];
const failSeverities = ['breaking', 'risky'] as const;

interface DiffOptions {
  readonly markdown?: boolean;
  readonly html?: string;
  readonly format?: (typeof toolFormats)[number];
  readonly failOn?: (typeof failSeverities)[number];
  readonly levels: 'tidemark' | 'oasdiff';
  readonly perOperation?: boolean;
  readonly ignore?: string;
  readonly batch?: string;
  readonly refs?: string;
  /** False with `--no-config`. */
  readonly config?: string | boolean;
  readonly now?: string;
}

export function diffCommand(program: Command, action: Action): void {
  const diff = program
    .command('diff [old] [new] [file]')
    .description(
      'compare two API descriptions: files, URLs, HEAD:openapi.yaml, or - for standard input; no running Tidemark needed',
    )
    .addOption(
      new Option('--json', 'print the changes as JSON, to stdout or to [file]').conflicts(['markdown', 'html']),
    )
    .addOption(new Option('--markdown', 'print the changes as Markdown, to stdout or to [file]').conflicts('html'))
    .option('--html <file>', 'write the changes as an HTML page')
    .addOption(
      new Option('--format <name>', 'print the changes in the format of another tool, to stdout or to [file]')
        .choices(toolFormats)
        .conflicts(['json', 'markdown', 'html']),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 if a change is at or above this severity').choices(
        failSeverities,
      ),
    )
    .addOption(
      new Option('--levels <scheme>', 'whose severity levels to use')
        .choices(['tidemark', 'oasdiff'])
        .default('tidemark'),
    )
    .option('--per-operation', 'report one change per operation instead of one per cause')
    .option('--ignore <file>', 'JSON file with an ignore list of expected changes, instead of that of the settings')
    .option('--config <file>', `settings of the comparison (default: ${CONFIG_NAME} beside a description)`)
    .option('--no-config', 'without any settings')
    .option('--refs <folder>', 'folder that $refs may lead into (default: the folder of each description)')
    .addOption(new Option('--now <time>', 'date to evaluate sunset dates at (default: today)').argParser(time))
    .addOption(
      new Option('--batch <cases>', 'compare the pairs listed in a JSON file; prints one JSON line per pair').conflicts(
        ['json', 'markdown', 'html', 'format', 'failOn'],
      ),
    );
  offline.add(diff);
  diff.action(action(run));
  rulesCommand(diff, action);
}

async function run(
  session: Session,
  old: string | undefined,
  now: string | undefined,
  file: string | undefined,
  options: DiffOptions,
): Promise<ExitCode> {
  const ignore = options.ignore === undefined ? undefined : await readIgnoreFile(options.ignore, session.folder);
  const compared: CompareOptions = {
    levels: options.levels,
    perOperation: options.perOperation === true,
    now: new Date(options.now ?? session.now()),
  };
  if (options.batch !== undefined) {
    if (old !== undefined) throw usageError('--batch cannot be combined with <old> and <new>');
    return runBatch(session, options.batch, { ...compared, ...(ignore && { ignore }) });
  }
  if (old === undefined || now === undefined)
    throw usageError('diff needs two descriptions: the old one and the new one');
  if (old === '-' && now === '-') throw usageError('only one description can be read from standard input');
  const output = outputOf(session, options, file);
  if (output.file === '') throw usageError('cannot be written: the file name is empty');
  const config = await findConfig(session, options.config, [now, old]);
  const settings = { ...config.settings, ...(ignore && { ignore }) };
  const found = await changesBetween(session, { names: [old, now], refs: options.refs, settings }, compared);
  for (const note of found.notes) {
    const file = options.ignore !== undefined && note.startsWith('ignore[') ? options.ignore : config.name;
    session.terminal.note(plain(`tidemark: ${file}: ${note}`));
  }
  const { changes, ignored, isComplete } = found;
  await write(session, changes, { before: old, after: now, ignored }, output);
  const isUnwanted = changes.some((change) => isAtLeast(change, options.failOn));
  // Changes may hide in what was not compared.
  return isUnwanted || (options.failOn !== undefined && !isComplete) ? exitCodes.unwanted : exitCodes.ok;
}

interface Comparison extends Pick<SourceOptions, 'refs'> {
  readonly names: readonly [string, string];
  readonly settings: DiffConfig;
}

async function changesBetween(
  { terminal, folder, signal }: Session,
  { names, refs, settings }: Comparison,
  options: CompareOptions,
): Promise<Configured & { readonly isComplete: boolean }> {
  // Loaded here, so that other commands start faster.
  const [{ compareConfigured }, { unreadNote }] = await Promise.all([
    import('@tidemark/openapi-diff'),
    import('./diff-references.js'),
  ]);
  const before = await readDescription(names[0], { folder, signal, refs });
  const after = await readDescription(names[1], { folder, signal, refs });
  const notes = new Set([unreadNote(before), unreadNote(after)].filter((note) => note !== undefined));
  for (const note of notes) terminal.note(plain(`tidemark: ${note}`));
  return {
    ...compareConfigured({ before, after }, settings, { ...options, lines: true }),
    isComplete: notes.size === 0,
  };
}

interface Output {
  readonly format: RenderFormat;
  /** Undefined: stdout. */
  readonly file: string | undefined;
}

function outputOf({ json }: Session, { markdown, html, format }: DiffOptions, file: string | undefined): Output {
  if (html !== undefined && file === undefined) return { format: 'html', file: html };
  if (json && html === undefined) return { format: 'json', file };
  if (markdown) return { format: 'markdown', file };
  if (format !== undefined) return { format, file };
  if (file !== undefined)
    throw usageError(`${JSON.stringify(file)}: a third argument is the output file of --json, --markdown or --format`);
  return { format: 'text', file };
}

async function write(
  { terminal, folder }: Session,
  changes: readonly Change[],
  compared: { readonly before: string; readonly after: string; readonly ignored: number },
  { format, file }: Output,
): Promise<void> {
  const { render, summarize } = await import('@tidemark/openapi-diff');
  const paint = (severity: Change['severity'], text: string) => terminal.paint(severityColor[severity], text);
  const text = render(changes, format, { ...compared, paint });
  if (file === undefined) return terminal.print(text.trimEnd());
  try {
    await writeFile(resolve(folder, file), text);
  } catch (error) {
    throw badInput(`${file}: cannot be written: ${(error as NodeJS.ErrnoException).code}`, error);
  }
  const counts = Object.entries(summarize(changes).severities).map(([severity, count]) => `${count} ${severity}`);
  terminal.note(`${counts.join(', ')} → ${file}`);
}

const isAtLeast = ({ severity }: Change, least: DiffOptions['failOn']): boolean =>
  least !== undefined && (severity === 'breaking' || severity === least);
