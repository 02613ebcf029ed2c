import type { IgnoreRule } from '@tidemark/contracts';
import { Option, type Command } from 'commander';
import { path } from '../api/api.js';
import { usageError } from '../cli-error.js';
import { time } from '../options.js';
import type { ChangeView } from '../render/changes.js';
import { table } from '../render/table.js';
import { relative } from '../render/time.js';
import { resolveConnection } from '../resolve.js';
import { show, type Act, type Session } from '../session.js';

interface AddOptions {
  readonly rule?: string;
  readonly operation?: string;
  readonly pointer?: string;
  readonly change?: string;
  readonly reason: string;
  readonly until?: string;
}

export function ignoresCommand(program: Command, act: Act): void {
  const ignores = program.command('ignores').description('changes that are expected, and alert nobody');
  ignores.command('list <connection>').description("a dependency's ignore list").action(act(list));
  ignores
    .command('add <connection>')
    .description('expect the changes that match all that is given')
    .option('--rule <rule>', 'of this rule; * stands for anything')
    .option('--operation <operation>', "of this operation, such as 'GET /pets/*'")
    .option('--pointer <pointer>', 'at this JSON pointer and below')
    .option('--change <id>', 'this one change, by the id that lists show or by its change id')
    .requiredOption('--reason <text>', 'why')
    .addOption(new Option('--until <time>', 'until then, ISO 8601 (default: for good)').argParser(time))
    .action(act(add));
  ignores.command('remove <connection> <rule>').description('remove a rule by its id').action(act(remove));
}

const address = (connectionId: string) => path`v1/connections/${connectionId}/ignores`;

async function list(session: Session, text: string): Promise<void> {
  const { api, now, terminal } = session;
  const id = await resolveConnection(api, text);
  const answer = await api.get<{ data: readonly IgnoreRule[] }>(address(id));
  show(session, answer, () =>
    answer.data.length === 0
      ? 'nothing is ignored'
      : table(
          answer.data,
          [
            { title: 'RULE', value: (rule) => rule.id },
            { title: 'IGNORES', value: matchText, flexible: true },
            { title: 'REASON', value: ({ reason }) => reason, flexible: true },
            { title: 'UNTIL', value: ({ until }) => (until === null ? 'for good' : relative(until, now())) },
            { title: 'ADDED', value: ({ createdAt }) => relative(createdAt, now()) },
          ],
          terminal,
        ),
  );
}

const matchText = ({ rule, operation, pointer, changeId }: IgnoreRule) =>
  Object.entries({ rule, operation, pointer, change: changeId })
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value}`]))
    .join(', ');

async function add(session: Session, text: string, { change, ...rule }: AddOptions): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const changeId = change && (await changeIdOf(session, id, change));
  const added = await session.api.post<IgnoreRule>(address(id), { ...rule, changeId });
  show(session, added, () => `ignore rule ${added.id}`);
}

/** Rules go by what a comparison calls a change; a recorded one has an id of its own. */
async function changeIdOf({ api }: Session, connectionId: string, id: string): Promise<string> {
  if (/^[0-9a-f]{16}$/.test(id)) return id;
  const change = await api.get<ChangeView>(path`v1/changes/${id}`);
  if (change.connectionId !== connectionId) throw usageError(`change ${id} is of another connection`);
  return change.changeId;
}

async function remove(session: Session, text: string, ignoreId: string): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const answer = await session.api.delete<unknown>(`${address(id)}/${encodeURIComponent(ignoreId)}`);
  show(session, answer, () => `ignore rule ${ignoreId} removed`);
}
