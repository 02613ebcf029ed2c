import type { ConnectionView, DestinationSettings, Schedule } from '@tidemark/contracts';
import { stateColor, type Paint } from './style.js';
import { fields, table, type TableOptions } from './table.js';
import { brief } from './text.js';
import { moment, relative } from './time.js';

export const scheduleText = (schedule: Schedule): string =>
  'every' in schedule ? schedule.every : `cron ${schedule.cron} (${schedule.timeZone ?? 'UTC'})`;

const stateText = ({ state, paused }: ConnectionView) => (paused ? `${state}, paused` : state);
const connectionColor = ({ state, paused }: ConnectionView) =>
  paused ? 'yellow' : state === 'active' ? 'green' : 'red';

function lastSyncText({ lastSync }: ConnectionView): string | null {
  if (!lastSync) return null;
  return lastSync.result && lastSync.result !== 'succeeded' ? lastSync.result.replaceAll('_', ' ') : lastSync.state;
}

const destinationText = ({ connector, mode, object, required = true }: DestinationSettings) =>
  [connector, object ?? '{object}', mode, required ? undefined : 'optional'].filter(Boolean).join(', ');

export const connectionTable = (connections: readonly ConnectionView[], now: number, options: TableOptions): string =>
  table(
    connections,
    [
      { title: 'CONNECTION', value: ({ id }) => id, id: true },
      { title: 'NAME', value: ({ name }) => name, flexible: true },
      { title: 'STATE', value: stateText, color: connectionColor },
      { title: 'SCHEDULE', value: ({ schedule }) => scheduleText(schedule), flexible: true },
      {
        title: 'LAST SYNC',
        value: (row) => (row.lastSync ? `${lastSyncText(row)} ${relative(row.lastSync.endedAt, now)}` : '–'),
        color: ({ lastSync }) => lastSync && stateColor(lastSync.state),
      },
      { title: 'NEXT', value: ({ nextSyncAt }) => relative(nextSyncAt, now) },
    ],
    options,
  );

export function connectionDetails(connection: ConnectionView, paint: Paint, now: number): string {
  const { source, lastSync } = connection;
  return fields(
    [
      ['connection', connection.id],
      ['name', connection.name],
      ['state', stateText(connection), connectionColor(connection)],
      ['cause', connection.stateCause ?? null, 'red'],
      ['pipeline', connection.pipeline],
      ['connector', source.connector],
      ...Object.entries(source.config).map(([name, value]) => [name, brief(value)] as const),
      ['objects', source.objects?.join(', ') ?? null],
      ...connection.destinations.map((one) => [`writes to ${one.name}`, destinationText(one)] as const),
      ['schedule', scheduleText(connection.schedule)],
      ['when busy', connection.whenBusy],
      ['next sync', connection.nextSyncAt && moment(connection.nextSyncAt, now)],
      ['last sync', lastSync && `${lastSyncText(connection)}, ${moment(lastSync.endedAt, now)}, job ${lastSync.jobId}`],
      ['created', moment(connection.createdAt, now)],
      ['updated', connection.updatedAt === connection.createdAt ? null : moment(connection.updatedAt, now)],
    ],
    paint,
  );
}
