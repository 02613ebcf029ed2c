import type { DeadLetterDetail, DeadLetterPage, SettledDeadLetters } from '@tidemark/contracts';
import { Option, type Command } from 'commander';
import { path } from '../api/api.js';
import { usageError } from '../cli-error.js';
import { wholeNumber } from '../options.js';
import { outline } from '../render/generic.js';
import { table } from '../render/table.js';
import { relative } from '../render/time.js';
import { show, type Action, type Session } from '../session.js';

interface ListOptions {
  readonly after?: string;
  readonly limit?: number;
}

interface WhichOptions {
  readonly all?: boolean;
  readonly consumer?: string;
}

type Verb = 'redrive' | 'discard';

export function deadLettersCommand(program: Command, action: Action): void {
  const letters = program
    .command('dead-letters')
    .description('manage messages that were set aside; requires scope operate');
  letters
    .command('list')
    .description('list them, oldest first')
    .option('--after <id>', 'only those after this one')
    .addOption(new Option('--limit <n>', 'how many').argParser(wholeNumber(1)))
    .action(action(list));
  letters.command('show <id>').description('show one with its message, without secrets').action(action(showOne));
  const several = (verb: Verb, description: string) =>
    letters
      .command(`${verb} [ids...]`)
      .description(description)
      .option('--all', 'all that are there now')
      .option('--consumer <name>', 'with --all: only those of this consumer')
      .action(action((session, ids: readonly string[], options: WhichOptions) => settle(session, verb, ids, options)));
  several('redrive', 'have messages handled again');
  several('discard', 'delete messages');
}

async function list(session: Session, options: ListOptions): Promise<void> {
  const { api, now, terminal } = session;
  const page = await api.get<DeadLetterPage>('v1/dead-letters', { ...options });
  show(session, page, () =>
    page.data.length === 0
      ? 'no dead letters'
      : table(
          page.data,
          [
            { title: 'ID', value: ({ id }) => id },
            { title: 'CONSUMER', value: ({ consumer }) => consumer },
            { title: 'SUBJECT', value: ({ subject }) => subject, flexible: true },
            { title: 'REASON', value: ({ reason }) => reason, flexible: true },
            { title: 'FILED', value: ({ filedAt }) => relative(filedAt, now()) },
          ],
          terminal,
        ),
  );
  if (page.next !== null && !session.json) terminal.note(`there are more: --after ${page.next}`);
}

async function showOne(session: Session, id: string): Promise<void> {
  const letter = await session.api.get<DeadLetterDetail>(path`v1/dead-letters/${id}`);
  show(session, letter, () => outline(letter, session.terminal.paint));
}

async function settle(
  session: Session,
  verb: Verb,
  ids: readonly string[],
  { all, consumer }: WhichOptions,
): Promise<void> {
  if (ids.length > 0 === (all === true)) throw usageError('name dead letters by their ids, or give --all');
  const which = all ? { all, consumer } : { ids };
  const answer = await session.api.post<SettledDeadLetters>(`v1/dead-letters/${verb}`, which);
  const done = verb === 'redrive' ? 'redriven' : 'discarded';
  show(session, answer, () => `${answer.settled} ${done}`);
  if (session.json) return;
  if (answer.missing.length > 0) session.terminal.note(`not there (any more): ${answer.missing.join(', ')}`);
  if (answer.more) session.terminal.note('there are more: repeat the command');
}
