import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Change, CompareOptions, RenderFormat } from '@tidemark/openapi-diff';
import { Option, type Command } from 'commander';
import { usageError } from '../cli-error.js';
import { exitCodes, type ExitCode } from '../exit-codes.js';
import { time } from '../options.js';
import { severityColor } from '../render/style.js';
import { plain } from '../render/text.js';
import { offline, type Act, type Session } from '../session.js';
import { runBatch } from './diff-batch.js';
import { badInput, readDescription, readIgnoreFile } from './diff-input.js';
import { unreadNote } from './diff-references.js';

const gravities = ['breaking', 'risky'] as const;

interface DiffOptions {
  readonly markdown?: boolean;
  readonly html?: string;
  readonly failOn?: (typeof gravities)[number];
  readonly levels: 'tidemark' | 'oasdiff';
  readonly perOperation?: boolean;
  readonly ignore?: string;
  readonly batch?: string;
  readonly now?: string;
}

export function diffCommand(program: Command, act: Act): void {
  const diff = program
    .command('diff [old] [new] [file]')
    .description('compare two API descriptions: files, URLs, or - for standard input; needs no running Tidemark')
    .addOption(new Option('--json', 'the changes as JSON, to stdout or into the file').conflicts(['markdown', 'html']))
    .addOption(new Option('--markdown', 'the changes as Markdown, to stdout or into the file').conflicts('html'))
    .option('--html <file>', 'the changes as one page')
    .addOption(new Option('--fail-on <severity>', 'exit with 1 when a change is as grave as that').choices(gravities))
    .addOption(new Option('--levels <whose>', 'who judges').choices(['tidemark', 'oasdiff']).default('tidemark'))
    .option('--per-operation', 'one change for each operation, not one for each cause')
    .option('--ignore <file>', 'a JSON list of changes that are expected')
    .addOption(new Option('--now <time>', 'the day that sunset dates are judged by (default: today)').argParser(time))
    .addOption(
      new Option('--batch <cases>', 'compare the pairs that a JSON file lists; one line of JSON a pair').conflicts([
        'json',
        'markdown',
        'html',
        'failOn',
      ]),
    );
  offline.add(diff);
  diff.action(act(run));
}

async function run(
  session: Session,
  old: string | undefined,
  now: string | undefined,
  file: string | undefined,
  options: DiffOptions,
): Promise<ExitCode> {
  const compared: CompareOptions = {
    levels: options.levels,
    perOperation: options.perOperation === true,
    now: new Date(options.now ?? session.now()),
    ...(options.ignore !== undefined && { ignore: await readIgnoreFile(options.ignore, session.folder) }),
  };
  if (options.batch !== undefined) {
    if (old !== undefined) throw usageError('--batch names the descriptions: give no others');
    return runBatch(session, options.batch, compared);
  }
  if (old === undefined || now === undefined) throw usageError('diff needs two descriptions: the old one and the new');
  if (old === '-' && now === '-') throw usageError('only one description can come from standard input');
  const output = outputOf(session, options, file);
  if (output.file === '') throw usageError('a file without a name cannot be written');
  const changes = await changesBetween(session, [old, now], compared);
  await write(session, changes, { before: old, after: now }, output);
  return changes.some((change) => isAtLeast(change, options.failOn)) ? exitCodes.unwanted : exitCodes.ok;
}

async function changesBetween(
  session: Session,
  names: readonly [string, string],
  options: CompareOptions,
): Promise<Change[]> {
  // Loaded here, so that no other command waits for it.
  const { compare } = await import('@tidemark/openapi-diff');
  const before = await readDescription(names[0], session);
  const after = await readDescription(names[1], session);
  for (const note of new Set([unreadNote(before), unreadNote(after)]))
    if (note !== undefined) session.terminal.note(plain(`tidemark: ${note}`));
  return compare(before, after, { ...options, lines: true }).changes;
}

interface Output {
  readonly format: RenderFormat;
  /** Undefined: stdout. */
  readonly file: string | undefined;
}

function outputOf({ json }: Session, { markdown, html }: DiffOptions, file: string | undefined): Output {
  if (html !== undefined && file === undefined) return { format: 'html', file: html };
  if (json && html === undefined) return { format: 'json', file };
  if (markdown) return { format: 'markdown', file };
  if (file !== undefined) throw usageError(`${JSON.stringify(file)}: a third name is the file of --json or --markdown`);
  return { format: 'text', file };
}

async function write(
  { terminal, folder }: Session,
  changes: readonly Change[],
  compared: { readonly before: string; readonly after: string },
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
