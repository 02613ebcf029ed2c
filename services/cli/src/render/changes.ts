import { severities, type Change, type ChangeSummary, type RecordedChange } from '@tidemark/contracts';
import { severityColor, type Color, type Paint } from './style.js';
import { fields, type TableOptions } from './table.js';
import { brief, cut, plain, plural } from './text.js';
import { moment, relative } from './time.js';

/** A change in a list: recorded, or found by a live comparison. */
export type ChangeSummaryView = ChangeSummary & Partial<Pick<RecordedChange, 'id' | 'detectedAt'>>;

/** A recorded change in full. */
export type ChangeView = Change;

/** Changes grouped by severity, most severe first, then by operation, with the values before and after. */
export function changesText(changes: readonly ChangeSummaryView[], now: number, options: TableOptions): string {
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
  changes: readonly ChangeSummaryView[],
  now: number,
  { paint, width }: TableOptions,
): string {
  const color = (severityColor as Readonly<Record<string, Color>>)[severity] ?? null;
  const fit = (text: string, indent: number) => (width === null ? text : cut(text, width - indent));
  const lines = [paint(color, `${changes.length} ${severity}`)];
  for (const [operation, group] of Map.groupBy(changes, scopeOf)) {
    if (operation) lines.push(`  ${paint('bold', fit(plain(operation), 2))}`);
    for (const change of group) {
      const step = beforeAfter(change);
      lines.push(`    ${plain(change.message)}`);
      if (step) lines.push(`      ${fit(step, 6)}`);
      lines.push(`      ${paint('dim', fit(plain(aboutOf(change, now)), 6))}`);
    }
  }
  return lines.join('\n');
}

/** The operation, or how many are affected; empty for a change of the API as a whole. */
const scopeOf = ({ operation, operationCount }: ChangeSummaryView): string =>
  operation ?? (operationCount > 0 ? plural(operationCount, 'operation') : '');

const aboutOf = ({ rule, id, detectedAt, ignored }: ChangeSummaryView, now: number): string =>
  [
    rule,
    ...(detectedAt === undefined ? [] : [relative(detectedAt, now)]),
    ...(id === undefined ? [] : [id]),
    ...(ignored ? [`ignored: ${ignored.reason}`] : []),
  ].join(', ');

/** All details of one change. */
export function changeDetails(change: ChangeView, paint: Paint, now: number): string {
  const { id, changeId, rule, severity, operations, pointer, before, after, message, detectedAt, ignored } = change;
  const head = fields(
    [
      ['change', id],
      ['severity', severity, severityColor[severity]],
      ['rule', rule],
      ['change id', changeId],
      ['detected', moment(detectedAt, now)],
      ['snapshots', `${change.previousSnapshotId} → ${change.snapshotId}`],
      ['pointer before', pointer.before ?? null],
      ['pointer after', pointer.after ?? null],
      ['ignored', ignored && `${ignored.reason} (rule ${ignored.id})`],
    ],
    paint,
  );
  const parts = [
    plain(message),
    head,
    ...(operations.length > 0 ? [titled(paint, 'operations', operations.map(plain))] : []),
    ...(before != null ? [titled(paint, 'before', jsonLines(before))] : []),
    ...(after != null ? [titled(paint, 'after', jsonLines(after))] : []),
  ];
  return parts.join('\n\n');
}

const titled = (paint: Paint, title: string, lines: readonly string[]) =>
  [paint('dim', title), ...lines.map((line) => `  ${line}`)].join('\n');

const jsonLines = (value: unknown) => JSON.stringify(value, null, 2).split('\n').map(plain);

/** `number → string`, `+ added`, `- removed`; null when the change has no values. */
export function beforeAfter({ before, after }: Pick<ChangeSummaryView, 'before' | 'after'>): string | null {
  const [had, has] = [before != null, after != null];
  if (had && has) return `${brief(before)} → ${brief(after)}`;
  if (has) return `+ ${brief(after)}`;
  return had ? `- ${brief(before)}` : null;
}
