import {
  busyPolicies,
  intervals,
  missedPolicies,
  type ConnectionObject,
  type ConnectionObjects,
  type ConnectionView,
  type JobView,
  type Schedule,
} from '@tidemark/contracts';
import { Option, type Command } from 'commander';
import { path, type Page } from '../api/api.js';
import { usageError } from '../cli-error.js';
import type { ExitCode } from '../exit-codes.js';
import {
  jsonObjects,
  paged,
  repeatable,
  repeatHeaders,
  several,
  type PageOptions,
  type RepeatOptions,
} from '../options.js';
import { connectionDetails, connectionTable, objectTable } from '../render/connection.js';
import { moment } from '../render/time.js';
import { resolveConnection } from '../resolve.js';
import { jobRequest, ownUrl, show, showPage, type Action, type Session } from '../session.js';
import { linkOf, withLink, type LinkOptions } from './connection-link.js';
import { previewCommands } from './connection-preview.js';
import { watchJob } from '../watch.js';

interface AddOptions extends RepeatOptions, LinkOptions {
  readonly name: string;
  readonly every?: (typeof intervals)[number];
  readonly cron?: string;
  readonly timeZone?: string;
  readonly except?: readonly object[];
  readonly missed?: (typeof missedPolicies)[number];
  readonly whenBusy?: (typeof busyPolicies)[number];
  readonly check: boolean;
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
  const add = repeatable(withLink(connections.command('add').description('add a connection and start its first sync')))
    .requiredOption('--name <name>', 'display name (required)')
    .addOption(new Option('--every <interval>', 'sync at this interval').choices(intervals))
    .addOption(new Option('--cron <expression>', 'sync on a cron schedule (five fields)').conflicts('every'))
    .option('--time-zone <name>', 'time zone of the cron expression, an IANA name (default: UTC)')
    .addOption(
      new Option(
        '--except <json>',
        'start no planned sync in this window: {"days":["mon-fri"],"from":"09:00","to":"17:00","timeZone":…}; repeatable',
      ).argParser(jsonObjects),
    )
    .addOption(
      new Option('--missed <policy>', 'how many of the planned syncs that could not start to make up for').choices(
        missedPolicies,
      ),
    )
    .addOption(
      new Option('--when-busy <policy>', 'what to do with a new sync while another one runs').choices(busyPolicies),
    )
    .option('--no-check', 'add it even when source or destinations cannot be used now')
    .option('--no-sync', 'do not start a sync now');
  ownUrl.add(add);
  add.action(action(addConnection));
  previewCommands(connections, action);
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
    .command('objects <connection>')
    .description('list the objects of a connection: state, health and last sync of each')
    .action(action(listObjects));
  for (const [verb, description] of [
    ['pause', 'leave an object out of automatic syncs'],
    ['resume', 'take an object into automatic syncs again'],
    ['reset', 'drop the cursor of an object, so that its next sync reads it from the beginning'],
  ] as const)
    connections
      .command(`${verb}-object <connection> <object>`)
      .description(description)
      .action(action(changeObject(verb)));
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
    ...linkOf(options),
    ...(!options.check && { check: false }),
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

function scheduleOf({ every, cron, timeZone, except, missed }: AddOptions): { schedule?: Schedule } {
  if (timeZone && !cron) throw usageError('--time-zone requires --cron');
  if ((except || missed) && !cron && !every) throw usageError('--except and --missed require --every or --cron');
  const exceptions = { ...(except && { except }), ...(missed && { missed }) };
  if (cron) return { schedule: { cron, ...(timeZone && { timeZone }), ...exceptions } };
  return every ? { schedule: { every, ...exceptions } } : {};
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

async function listObjects(session: Session, text: string): Promise<void> {
  const id = await resolveConnection(session.api, text);
  const objects = await session.api.get<ConnectionObjects>(path`v1/connections/${id}/objects`);
  show(session, objects, () => objectTable(objects.data, session.now(), session.terminal));
}

const changeObject =
  (verb: 'pause' | 'resume' | 'reset') =>
  async (session: Session, text: string, object: string): Promise<void> => {
    const id = await resolveConnection(session.api, text);
    const changed = await session.api.post<ConnectionObject>(path`v1/connections/${id}/objects/${object}/${verb}`);
    show(session, changed, () => objectTable([changed], session.now(), session.terminal));
  };

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
