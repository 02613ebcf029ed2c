import { severities, type ChangeDocument } from '@tidemark/contracts';
import { severityColor, type Color } from './style.js';
import type { TableOptions } from './table.js';
import { brief, cut, plain } from './text.js';
import { relative } from './time.js';

export type ChangeView = Omit<ChangeDocument, 'tenant'>;

/** Changes under their severities, the gravest first; under each operation what changed, from what to what. */
export function changesText(changes: readonly ChangeView[], now: number, options: TableOptions): string {
  const named = Map.groupBy(changes, ({ severity }): string => severity);
  const order = new Set<string>([...severities, ...named.keys()]);
  return [...order]
    .flatMap((severity) => {
      const group = named.get(severity);
      return group ? [severityText(severity, group, now, options)] : [];
    })
    .join('\n\n');
}

function severityText(
  severity: string,
  changes: readonly ChangeView[],
  now: number,
  { paint, width }: TableOptions,
): string {
  const color = (severityColor as Readonly<Record<string, Color>>)[severity] ?? null;
  const fit = (text: string, indent: number) => (width === null ? text : cut(text, width - indent));
  const lines = [paint(color, `${changes.length} ${severity}`)];
  for (const [operation, group] of Map.groupBy(changes, (change) => change.operation ?? '')) {
    if (operation) lines.push(`  ${paint('bold', fit(plain(operation), 2))}`);
    for (const change of group) {
      const step = beforeAfter(change);
      lines.push(`    ${plain(change.message)}`);
      if (step) lines.push(`      ${fit(step, 6)}`);
      lines.push(`      ${paint('dim', fit(plain(`${change.rule}, ${relative(change.detectedAt, now)}`), 6))}`);
    }
  }
  return lines.join('\n');
}

/** `number → string`, `+ added`, `- removed`; null when the change has no values. */
export function beforeAfter({ before, after }: Pick<ChangeView, 'before' | 'after'>): string | null {
  const [had, has] = [before != null, after != null];
  if (had && has) return `${brief(before)} → ${brief(after)}`;
  if (has) return `+ ${brief(after)}`;
  return had ? `- ${brief(before)}` : null;
}
