import type { IgnoreRule } from '@tidemark/contracts';
import { Option, type Command } from 'commander';
import { path } from '../api/api.js';
import { usageError } from '../cli-error.js';
import { repeatable, repeatHeaders, time, type RepeatOptions } from '../options.js';
import type { ChangeView } from '../render/changes.js';
import { table } from '../render/table.js';
import { relative } from '../render/time.js';
import { resolveConnection } from '../resolve.js';
import { show, type Action, type Session } from '../session.js';

interface AddOptions extends RepeatOptions {
  readonly rule?: string;
  readonly operation?: string;
  readonly pointer?: string;
  readonly change?: string;
  readonly reason: string;
  readonly until?: string;
}

export function ignoresCommand(program: Command, action: Action): void {
  const ignores = program.command('ignores').description('manage ignore lists: expected changes, which raise no alert');
  ignores.command('list <connection>').description("show a connection's ignore list").action(action(list));
  repeatable(ignores.command('add <connection>').description('ignore the changes that match all given options'))
    .option('--rule <rule>', 'changes of this rule; * matches anything')
    .option('--operation <operation>', "changes of this operation, such as 'GET /pets/*'")
    .option('--pointer <pointer>', 'changes at or below this JSON pointer')
    .option('--change <id>', 'a single change, by its id in a list or its change id')
    .requiredOption('--reason <text>', 'why it is expected (required)')
    .addOption(new Option('--until <time>', 'expiry, ISO 8601 (default: permanent)').argParser(time))
    .action(action(add));
  ignores.command('remove <connection> <rule>').description('remove an ignore rule by its id').action(action(remove));
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
            { title: 'UNTIL', value: ({ until }) => (until === null ? 'permanent' : relative(until, now())) },
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

async function add(session: Session, text: string, { change, idempotencyKey, ...rule }: AddOptions): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const changeId = change && (await changeIdOf(session, id, change));
  const body = { ...rule, changeId };
  const added = await session.api.post<IgnoreRule>(address(id), body, repeatHeaders({ idempotencyKey }));
  show(session, added, () => `ignore rule ${added.id}`);
}

/** Rules refer to a comparison's change id; a recorded change also has an id of its own. */
async function changeIdOf({ api }: Session, connectionId: string, id: string): Promise<string> {
  if (/^[0-9a-f]{16}$/.test(id)) return id;
  const change = await api.get<ChangeView>(path`v1/changes/${id}`);
  if (change.connectionId !== connectionId) throw usageError(`change ${id} belongs to another connection`);
  return change.changeId;
}

async function remove(session: Session, text: string, ignoreId: string): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const answer = await session.api.delete<unknown>(`${address(id)}/${encodeURIComponent(ignoreId)}`);
  show(session, answer, () => `ignore rule ${ignoreId} removed`);
}
