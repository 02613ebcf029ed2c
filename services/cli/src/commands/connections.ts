import { busyPolicies, intervals, type ConnectionView, type JobView, type Schedule } from '@tidemark/contracts';
import { Option, type Command } from 'commander';
import { path, type Page } from '../api/api.js';
import { usageError } from '../cli-error.js';
import type { ExitCode } from '../exit-codes.js';
import {
  jsonObject,
  jsonObjects,
  paged,
  repeatable,
  repeatHeaders,
  several,
  type PageOptions,
  type RepeatOptions,
} from '../options.js';
import { connectionDetails, connectionTable } from '../render/connection.js';
import { moment } from '../render/time.js';
import { resolveConnection } from '../resolve.js';
import { jobRequest, ownUrl, show, showPage, type Action, type Session } from '../session.js';
import { watchJob } from '../watch.js';

interface AddOptions extends RepeatOptions {
  readonly name: string;
  readonly url?: string;
  readonly every?: (typeof intervals)[number];
  readonly cron?: string;
  readonly timeZone?: string;
  readonly connector: string;
  readonly config?: Record<string, unknown>;
  readonly credential?: string;
  readonly object?: readonly string[];
  readonly destination?: readonly object[];
  readonly whenBusy?: (typeof busyPolicies)[number];
  readonly sync: boolean;
}

interface Started {
  readonly url: string;
  readonly expiresAt: string;
}

export function connectionsCommand(program: Command, action: Action): void {
  const connections = program
    .command('connections')
    .description('manage connections: what to sync, from where and when');
  const add = repeatable(connections.command('add').description('add a connection and start its first sync'))
    .requiredOption('--name <name>', 'display name (required)')
    .option('--url <url>', 'URL of the API description')
    .addOption(new Option('--every <interval>', 'sync at this interval').choices(intervals))
    .addOption(new Option('--cron <expression>', 'sync on a cron schedule (five fields)').conflicts('every'))
    .option('--time-zone <name>', 'time zone of the cron expression, an IANA name (default: UTC)')
    .option('--connector <name>', 'connector to read with', 'openapi')
    .option('--config <json>', "the connector's config as a JSON object", jsonObject)
    .option('--credential <id>', 'stored credential to sign in with')
    .addOption(new Option('--object <name>', 'read only this object; repeatable').argParser(several))
    .addOption(
      new Option(
        '--destination <json>',
        'write to it: a JSON object with name, connector, config …; repeatable',
      ).argParser(jsonObjects),
    )
    .addOption(
      new Option('--when-busy <policy>', 'what to do with a new sync while another one runs').choices(busyPolicies),
    )
    .option('--no-sync', 'do not start a sync now');
  ownUrl.add(add);
  add.action(action(addConnection));
  paged(connections.command('list').description('list connections')).action(action(listConnections));
  connections.command('show <connection>').description('show one connection').action(action(showConnection));
  connections
    .command('pause <connection>')
    .description('pause scheduled syncs')
    .action(action(change('pause')));
  connections
    .command('resume <connection>')
    .description('resume scheduled syncs')
    .action(action(change('resume')));
  connections
    .command('reset <connection>')
    .description('drop the cursor, so that the next sync reads from the beginning')
    .addOption(new Option('--object <name>', 'only of this object; repeatable').argParser(several))
    .action(action(resetConnection));
  connections
    .command('authorize <connection>')
    .description('show the page that asks a user to authorise its OAuth credential (again)')
    .option('--credential <id>', 'which credential, when it has several')
    .action(action(authorizeConnection));
  connections.command('remove <connection>').description('remove a connection').action(action(removeConnection));
}

async function addConnection(session: Session, options: AddOptions): Promise<ExitCode | void> {
  const { api, json, terminal } = session;
  const body = {
    name: options.name,
    source: {
      connector: options.connector,
      config: { ...options.config, ...(options.url && { url: options.url }) },
      ...(options.credential && { credentialId: options.credential }),
      ...(options.object && { objects: options.object }),
    },
    ...(options.destination && { destinations: options.destination }),
    ...scheduleOf(options),
    ...(options.whenBusy && { whenBusy: options.whenBusy }),
  };
  const connection = await api.post<ConnectionView>('v1/connections', body, repeatHeaders(options));
  show(session, connection, () => `connection ${connection.id}`);
  if (!options.sync) return;
  const job = await api.post<JobView>(path`v1/connections/${connection.id}/jobs`, jobRequest(session));
  if (json) return;
  terminal.print(`job ${job.id}`);
  if (terminal.watched) return watchJob(session, job.id);
}

function scheduleOf({ every, cron, timeZone }: AddOptions): { schedule?: Schedule } {
  if (timeZone && !cron) throw usageError('--time-zone requires --cron');
  if (cron) return { schedule: timeZone ? { cron, timeZone } : { cron } };
  return every ? { schedule: { every } } : {};
}

async function listConnections(session: Session, options: PageOptions): Promise<void> {
  const page = await session.api.get<Page<ConnectionView>>('v1/connections', { ...options });
  showPage(session, page, 'no connections yet; add one: tidemark connections add --name … --url …', () =>
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

async function resetConnection(
  session: Session,
  text: string,
  { object: objects }: { readonly object?: readonly string[] },
): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const body = objects ? { objects } : {};
  const connection = await session.api.post<ConnectionView>(path`v1/connections/${id}/reset`, body);
  show(session, connection, () => connectionDetails(connection, session.terminal.paint, session.now()));
}

async function authorizeConnection(
  session: Session,
  text: string,
  { credential: credentialId }: { readonly credential?: string },
): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const body = credentialId === undefined ? {} : { credentialId };
  const started = await session.api.post<Started>(path`v1/connections/${id}/authorize`, body);
  show(session, started, () => `open in a browser until ${moment(started.expiresAt, session.now())}:\n${started.url}`);
}

async function removeConnection(session: Session, text: string): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const answer = await session.api.delete<unknown>(path`v1/connections/${id}`);
  show(session, answer, () => `connection ${id} removed`);
}
