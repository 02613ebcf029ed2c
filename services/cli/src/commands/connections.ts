import { busyPolicies, intervals, type ConnectionView, type JobView, type Schedule } from '@tidemark/contracts';
import { Option, type Command } from 'commander';
import { path, type Page } from '../api/api.js';
import { usageError } from '../cli-error.js';
import type { ExitCode } from '../exit-codes.js';
import { jsonObject, paged, type PageOptions } from '../options.js';
import { connectionDetails, connectionTable } from '../render/connection.js';
import { resolveConnection } from '../resolve.js';
import { order, ownUrl, show, showPage, type Act, type Session } from '../session.js';
import { watchJob } from '../watch.js';

interface AddOptions {
  readonly name: string;
  readonly url?: string;
  readonly every?: (typeof intervals)[number];
  readonly cron?: string;
  readonly timeZone?: string;
  readonly connector: string;
  readonly config?: Record<string, unknown>;
  readonly whenBusy?: (typeof busyPolicies)[number];
  readonly sync: boolean;
}

export function connectionsCommand(program: Command, act: Act): void {
  const connections = program.command('connections').description('what is synced, from where and when');
  const add = connections
    .command('add')
    .description('add a connection and sync it for the first time')
    .requiredOption('--name <name>', 'what to call it')
    .option('--url <url>', 'address of the API description')
    .addOption(new Option('--every <interval>', 'sync regularly').choices(intervals))
    .addOption(new Option('--cron <expression>', 'sync by a cron expression of five fields').conflicts('every'))
    .option('--time-zone <name>', 'of the cron expression, an IANA name (default: UTC)')
    .option('--connector <name>', 'the kind of source', 'openapi')
    .option('--config <json>', "the connector's settings", jsonObject)
    .addOption(new Option('--when-busy <policy>', 'what to do with a new sync while one runs').choices(busyPolicies))
    .option('--no-sync', 'do not sync now');
  ownUrl.add(add);
  add.action(act(addConnection));
  paged(connections.command('list').description('list connections')).action(act(listConnections));
  connections.command('show <connection>').description('show one connection').action(act(showConnection));
  connections
    .command('pause <connection>')
    .description('stop automatic syncs')
    .action(act(change('pause')));
  connections
    .command('resume <connection>')
    .description('sync automatically again')
    .action(act(change('resume')));
  connections.command('remove <connection>').description('remove a connection').action(act(removeConnection));
}

async function addConnection(session: Session, options: AddOptions): Promise<ExitCode | void> {
  const { api, json, terminal } = session;
  const connection = await api.post<ConnectionView>('v1/connections', {
    name: options.name,
    source: { connector: options.connector, config: { ...options.config, ...(options.url && { url: options.url }) } },
    ...scheduleOf(options),
    ...(options.whenBusy && { whenBusy: options.whenBusy }),
  });
  show(session, connection, () => `connection ${connection.id}`);
  if (!options.sync) return;
  const job = await api.post<JobView>(path`v1/connections/${connection.id}/jobs`, order(session));
  if (json) return;
  terminal.print(`job ${job.id}`);
  if (terminal.watched) return watchJob(session, job.id);
}

function scheduleOf({ every, cron, timeZone }: AddOptions): { schedule?: Schedule } {
  if (timeZone && !cron) throw usageError('--time-zone belongs to --cron');
  if (cron) return { schedule: timeZone ? { cron, timeZone } : { cron } };
  return every ? { schedule: { every } } : {};
}

async function listConnections(session: Session, options: PageOptions): Promise<void> {
  const page = await session.api.get<Page<ConnectionView>>('v1/connections', { ...options });
  showPage(session, page, 'no connections yet: tidemark connections add --name … --url …', () =>
    connectionTable(page.data, session.now(), session.terminal),
  );
}

async function showConnection(session: Session, text: string): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const connection = await session.api.get<ConnectionView>(path`v1/connections/${id}`);
  show(session, connection, () => connectionDetails(connection, session.terminal.paint, session.now()));
}

const change =
  (verb: 'pause' | 'resume') =>
  async (session: Session, text: string): Promise<void> => {
    const id = await resolveConnection(session.api, text);
    const connection = await session.api.post<ConnectionView>(path`v1/connections/${id}/${verb}`);
    show(session, connection, () => connectionDetails(connection, session.terminal.paint, session.now()));
  };

async function removeConnection(session: Session, text: string): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const answer = await session.api.delete<unknown>(path`v1/connections/${id}`);
  show(session, answer, () => `connection ${id} removed`);
}
