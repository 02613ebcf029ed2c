import type { Rule } from '@tidemark/openapi-diff';
import type { Command } from 'commander';
import { usageError } from '../cli-error.js';
import { table } from '../render/table.js';
import { offline, show, type Action, type Session } from '../session.js';

/** `diff rules`: what can be found, and why it matters. */
export function rulesCommand(diff: Command, action: Action): void {
  const rules = diff.command('rules').description('the rules by which changes are judged');
  const commands = [
    rules.command('list').description('list all rules with their severities').action(action(list)),
    rules.command('explain <rule>').description('show one rule, and why callers are affected').action(action(explain)),
  ];
  for (const command of commands) offline.add(command.option('--json', 'print JSON'));
}

async function list(session: Session): Promise<void> {
  const { rules } = await import('@tidemark/openapi-diff');
  const all = [...rules().values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  show(session, { data: all.map(viewOf) }, () =>
    table(
      all,
      [
        { title: 'RULE', value: ({ id }) => id },
        { title: 'SEVERITY', value: ({ severity }) => severity },
        { title: 'SAYS', value: ({ says }) => says, flexible: true },
      ],
      session.terminal,
    ),
  );
}

async function explain(session: Session, id: string): Promise<void> {
  const { rules } = await import('@tidemark/openapi-diff');
  const rule = rules().get(id);
  if (rule === undefined) throw usageError(`${id}: there is no such rule${near(id, [...rules().keys()])}`);
  const view = viewOf(rule);
  show(session, view, () =>
    Object.entries(view)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
  );
}

const viewOf = ({ id, severity, effect, says, why, oasdiff }: Rule) => ({
  rule: id,
  severity,
  effect,
  says,
  why,
  ...(oasdiff !== undefined && { oasdiff }),
});

const near = (id: string, known: readonly string[]): string => {
  const found = known.filter((one) => one.includes(id)).slice(0, 3);
  return found.length === 0 ? ' (diff rules list)' : `; did you mean ${found.join(', ')}?`;
};
