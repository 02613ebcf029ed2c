import { intervals, type ConnectionView, type JobView } from '@tidemark/contracts';
import { Option, type Command } from 'commander';
import { path, type Page } from '../api/api.js';
import { paged, repeatable, repeatHeaders, type PageOptions, type RepeatOptions } from '../options.js';
import { scheduleText } from '../render/connection.js';
import { stateColor } from '../render/style.js';
import { fields, table } from '../render/table.js';
import { brief } from '../render/text.js';
import { moment, relative } from '../render/time.js';
import { resolveProvider } from '../resolve.js';
import { ownUrl, show, showPage, type Action, type Session } from '../session.js';

interface ProviderView extends Omit<ConnectionView, 'state' | 'whenBusy'> {
  readonly subscriptionId: string | null;
  readonly subscribers?: number;
}

interface AddOptions extends RepeatOptions {
  readonly name: string;
  readonly url: string;
  readonly every: (typeof intervals)[number];
}

export function providersCommand(program: Command, action: Action): void {
  const providers = program
    .command('providers')
    .description('manage the catalogue of APIs that are fetched once for all subscribers');
  paged(providers.command('list').description('list providers')).action(action(list));
  providers.command('show <provider>').description('show one provider').action(action(showProvider));
  repeatable(providers.command('subscribe <provider>').description('subscribe to a provider'))
    .option('--name <name>', 'name of the new connection')
    .action(action(subscribe));
  providers.command('unsubscribe <provider>').description('unsubscribe from a provider').action(action(unsubscribe));
  const add = repeatable(
    providers.command('add').description('add a provider and start its first sync (requires scope operate)'),
  )
    .requiredOption('--name <name>', 'display name (required)')
    .requiredOption('--url <url>', 'URL of the API description (required)')
    .addOption(new Option('--every <interval>', 'how often to fetch it').choices(intervals).default('hourly'));
  ownUrl.add(add);
  add.action(action(addProvider));
  repeatable(providers.command('sync <provider>').description('fetch a provider now (requires scope operate)')).action(
    action(sync),
  );
  providers
    .command('remove <provider>')
    .description('remove a provider without subscribers (requires scope operate)')
    .action(action(remove));
}

async function list(session: Session, options: PageOptions): Promise<void> {
  const page = await session.api.get<Page<ProviderView>>('v1/providers', { ...options });
  showPage(session, page, 'no providers', () =>
    table(
      page.data,
      [
        { title: 'PROVIDER', value: ({ id }) => id, id: true },
        { title: 'NAME', value: ({ name }) => name, flexible: true },
        { title: 'SCHEDULE', value: whenFetched, flexible: true },
        {
          title: 'LAST SYNC',
          value: ({ lastSync }) => (lastSync ? `${lastSync.state} ${relative(lastSync.endedAt, session.now())}` : '–'),
          color: ({ lastSync }) => lastSync && stateColor(lastSync.state),
        },
        { title: 'SUBSCRIPTION', value: ({ subscriptionId }) => subscriptionId ?? '–', id: true },
      ],
      session.terminal,
    ),
  );
}

const whenFetched = ({ schedule, paused }: ProviderView) =>
  paused ? `${scheduleText(schedule)}, paused` : scheduleText(schedule);

async function showProvider(session: Session, text: string): Promise<void> {
  const id = await resolveProvider(session.api, text);
  const provider = await session.api.get<ProviderView>(path`v1/providers/${id}`);
  const { name, source, lastSync, nextSyncAt, subscriptionId, subscribers } = provider;
  const now = session.now();
  show(session, provider, () =>
    fields(
      [
        ['provider', id],
        ['name', name],
        ...Object.entries(source.config).map(([field, value]) => [field, brief(value)] as const),
        ['schedule', whenFetched(provider)],
        ['last sync', lastSync && `${lastSync.state}, ${moment(lastSync.endedAt, now)}`],
        ['next sync', nextSyncAt && moment(nextSyncAt, now)],
        ['subscribers', String(subscribers)],
        ['subscription', subscriptionId],
      ],
      session.terminal.paint,
    ),
  );
}

async function addProvider(session: Session, { name, url, every, ...repeat }: AddOptions): Promise<void> {
  const source = { connector: 'openapi', config: { url } };
  const body = { name, source, schedule: { every } };
  const { api } = session;
  const provider = await api.post<ProviderView>('v1/providers', body, repeatHeaders(repeat));
  await api.post<JobView>(path`v1/providers/${provider.id}/jobs`);
  show(session, provider, () => `provider ${provider.id}`);
}

interface SubscribeOptions extends RepeatOptions {
  readonly name?: string;
}

async function subscribe(session: Session, text: string, { name, ...repeat }: SubscribeOptions): Promise<void> {
  const id = await resolveProvider(session.api, text);
  const address = path`v1/providers/${id}/subscription`;
  const connection = await session.api.post<ConnectionView>(address, { name }, repeatHeaders(repeat));
  show(session, connection, () => `connection ${connection.id}`);
}

async function unsubscribe(session: Session, text: string): Promise<void> {
  const id = await resolveProvider(session.api, text);
  const answer = await session.api.delete<unknown>(path`v1/providers/${id}/subscription`);
  show(session, answer, () => 'unsubscribed');
}

async function sync(session: Session, text: string, options: RepeatOptions): Promise<void> {
  const id = await resolveProvider(session.api, text);
  const job = await session.api.post<JobView>(path`v1/providers/${id}/jobs`, undefined, repeatHeaders(options));
  show(session, job, () => `job ${job.id}`);
}

async function remove(session: Session, text: string): Promise<void> {
  const id = await resolveProvider(session.api, text);
  const answer = await session.api.delete<unknown>(path`v1/providers/${id}`);
  show(session, answer, () => `provider ${id} removed`);
}
