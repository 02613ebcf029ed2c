import type { ConnectionState, JobState } from '@tidemark/contracts';
import { conditionsText, type ConditionView } from './conditions.js';
import { fields, table, type TableOptions } from './table.js';
import { duration } from './time.js';

type JobWindow = Readonly<Record<JobState | 'total', number>> & {
  /** 0 to 1. */
  readonly successRate: number | null;
  readonly averageDurationMs: number | null;
};

/** `GET /v1/overview`. */
export interface OverviewView {
  readonly now: { readonly running: number; readonly waiting: number };
  readonly jobs: { readonly last24h: JobWindow; readonly last7d: JobWindow; readonly last30d: JobWindow };
  readonly connections: Readonly<Record<ConnectionState | 'total', number>>;
  readonly conditions?: readonly ConditionView[];
}

export function overviewText({ now, jobs, connections, conditions = [] }: OverviewView, options: TableOptions): string {
  const { total, ...states } = connections;
  const nonZero = Object.entries(states).filter(([, count]) => count > 0);
  const rows = [
    { name: 'last 24 h', ...jobs.last24h },
    { name: 'last 7 d', ...jobs.last7d },
    { name: 'last 30 d', ...jobs.last30d },
  ];
  const summary = fields(
    [
      ['now', `${now.running} running, ${now.waiting} waiting`],
      [
        'connections',
        [`${total} total`, nonZero.map(([state, count]) => `${count} ${state}`).join(', ')].filter(Boolean).join(': '),
      ],
    ],
    options.paint,
  );
  const windows = table(
    rows,
    [
      { title: 'JOBS', value: ({ name }) => name },
      { title: 'TOTAL', value: (row) => String(row.total) },
      { title: 'COMPLETED', value: ({ completed }) => String(completed) },
      { title: 'FAILED', value: ({ failed }) => String(failed), color: ({ failed }) => (failed > 0 ? 'red' : null) },
      { title: 'CANCELLED', value: ({ cancelled }) => String(cancelled) },
      {
        title: 'SUCCESS',
        value: ({ successRate }) => (successRate === null ? '–' : `${Math.round(successRate * 100)} %`),
      },
      { title: 'AVERAGE', value: ({ averageDurationMs }) => duration(averageDurationMs) },
    ],
    options,
  );
  return [summary, conditionsText(conditions, options), windows].filter(Boolean).join('\n\n');
}
