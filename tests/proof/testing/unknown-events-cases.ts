import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import {
  alertStream,
  CATALOGUE,
  command,
  jobStream,
  views,
  type ChangeDocument,
  type ConnectionDocument,
  type ConnectionView,
  type IgnoreListDocument,
  type IgnoreRule,
  type JobDocument,
  type TimelineEntry,
} from '@tidemark/contracts';
import { categoryOf, type EventStore } from '@tidemark/event-store';
import { ensureKey } from '@tidemark/gateway';
import { eventually } from '@tidemark/test-kit';
import { TENANT, type Caller } from '../../installations/caller.js';
import type { Installation } from '../../installations/installation.js';
import { readLog } from './log.js';
import { addProvider } from './provider.js';
import { described } from '../../publishers/descriptions.js';
import type { Publisher } from '../../publishers/publisher.js';

const KEY = 'tmk_proof';

/** Every kind of stream; `apikeys` is a single one. */
const CATEGORIES = [
  ...['job', 'connection', 'admission', 'subscribers'],
  ...['alerts', 'changes', 'ignores'],
  ...['apikey', 'apikeys', 'installation'],
];

export interface UnknownEventsGiven {
  readonly publisher: Publisher;
  /** On the same stores each time; with `newViews` on an empty read model. */
  readonly start: (options: { readonly newViews: boolean }) => Promise<Installation>;
}

/**
 * Appends events of a newer version to every stream, repeatedly, also under a job that
 * is running: both the running services and newly started ones work as before.
 */
export async function expectUnknownEventsToBeHarmless({ publisher, start }: UnknownEventsGiven): Promise<void> {
  let on = await start({ newViews: false });
  try {
    const world = await World.create(on, publisher);
    expect(await world.litter()).toEqual(new Set(CATEGORIES));
    await world.goesOn();
    for (const newViews of [false, true]) {
      await on.stop();
      on = await start({ newViews });
      world.on = on;
      await world.goesOn();
    }
  } finally {
    await on.stop();
  }
}

/** A connection, a provider with a subscriber, an ignore list and a key, all with streams. */
class World {
  #version = 0;

  private constructor(
    public on: Installation,
    private readonly publisher: Publisher,
    private readonly own: string,
    private readonly provider: string,
    private readonly subscription: string,
  ) {}

  static async create(on: Installation, publisher: Publisher): Promise<World> {
    const own = await on.connect(publisher.url('/own'));
    const provider = await addProvider(on, publisher.url('/shared'));
    const { id: subscription } = await on.ask<ConnectionView>('subscribe', { providerId: provider });
    await ensureKey(on.adapters.eventStore, KEY);
    const world = new World(on, publisher, own, provider, subscription);
    await world.#addRule('kept');
    await world.#syncBoth();
    await world.#syncBoth();
    return world;
  }

  /** @returns the categories of the streams */
  async litter(): Promise<Set<string>> {
    const { eventStore } = this.on.adapters;
    const firstTypes = new Map<string, string>();
    for (const { stream, type } of await readLog(eventStore)) if (!firstTypes.has(stream)) firstTypes.set(stream, type);
    for (const [stream, type] of firstTypes) await appendUnknown(eventStore, stream, type);
    return new Set(Array.from(firstTypes.keys(), categoryOf));
  }

  async goesOn(): Promise<void> {
    const jobId = await this.#syncBoth();
    await this.#syncUnderLitter();
    await this.#showsHistory(jobId);
    await this.#takesCommands();
    await this.#viewsFollow(jobId);
    expect(this.on.errors).toEqual([]);
  }

  /** Each finds changes, the provider's subscriber is notified of them, and the next job starts from the cursor. */
  async #syncBoth(): Promise<string> {
    this.#version += 1;
    for (const path of ['/own', '/shared']) this.publisher.publish(described(this.#version), path);
    const { id: jobId } = await this.on.create(this.own, { whenBusy: 'reject' });
    const catalogue = this.on.as(CATALOGUE);
    const { id: shared } = await catalogue.create(this.provider);
    await completed(this.on, this.own, jobId);
    await completed(catalogue, this.provider, shared);
    await eventually(async () => (await this.#alerts()) === this.#version - 1, 'another notification');
    return jobId;
  }

  async #alerts(): Promise<number> {
    const log = await readLog(this.on.adapters.eventStore, [alertStream.category]);
    return log.filter((stored) => alertStream.read(stored)?.data.connectionId === this.subscription).length;
  }

  async #syncUnderLitter(): Promise<void> {
    const fetches = this.publisher.fetches('/own');
    const release = this.publisher.hold(described(1000 + this.#version), '/own');
    const { id } = await this.on.create(this.own);
    const { id: next } = await this.on.create(this.own);
    await eventually(() => this.publisher.fetches('/own') > fetches, 'the job to be running');
    await this.litter();
    release();
    await completed(this.on, this.own, id);
    await completed(this.on, this.own, next, 'unchanged');
  }

  async #showsHistory(jobId: string): Promise<void> {
    const events = await this.on.events(jobId);
    expect(events.map(({ revision }) => revision)).toEqual(events.map((_, index) => index));
    const stored = await Array.fromAsync(this.on.adapters.eventStore.read(jobStream.of(jobId)));
    expect(events).toHaveLength(stored.length);
    for (const { message } of events) expect(message).toEqual(expect.any(String));
    const timeline = await this.on.ask<{ data: TimelineEntry[] }>('job-timeline', { jobId, perPage: 500 });
    expect(timeline.data.map(({ message }) => message)).toEqual(events.map(({ message }) => message));
    const revision = events.length - 1;
    expect(await this.on.ask('job-state', { jobId, revision })).toMatchObject({ state: 'completed' });
  }

  async #takesCommands(): Promise<void> {
    const { eventStore } = this.on.adapters;
    await ensureKey(eventStore, KEY);
    const { id } = await this.#addRule('dropped');
    await this.#askDiffer('remove-ignore-rule', { ignoreId: id });
    expect(await this.on.ask('update-connection', { connectionId: this.own, name: 'renamed' })).toMatchObject({
      name: 'renamed',
    });
    const guest = this.on.as('guest');
    const guests = await guest.ask<ConnectionView>('subscribe', { providerId: this.provider });
    await guest.ask('remove-connection', { connectionId: guests.id });
    const { id: cancelled } = await this.on.create(this.own, { startAt: '2099-01-01T00:00:00Z' });
    await this.on.ask('cancel-job', { jobId: cancelled });
    expect(await this.on.finished(cancelled)).toMatchObject({ state: 'cancelled' });
  }

  async #viewsFollow(jobId: string): Promise<void> {
    const { readModel } = this.on.adapters;
    const jobs = readModel.view<JobDocument>(views.jobs);
    const changes = readModel.view<ChangeDocument>(views.changes);
    const connections = readModel.view<ConnectionDocument>(views.connections);
    const ignoreLists = readModel.view<IgnoreListDocument>(views.ignoreLists);
    await eventually(async () => (await jobs.get(jobId))?.state === 'completed', 'the job in its view');
    await eventually(async () => (await changes.count({ jobId })) > 0, 'the changes in their view');
    await eventually(async () => (await connections.get(this.own))?.name === 'renamed', 'the connection in its view');
    await eventually(async () => {
      const rules = (await ignoreLists.get(this.own))?.rules ?? [];
      return rules.length === 1 && rules[0]!.reason === 'kept';
    }, 'the rule that was kept alone in its view');
  }

  #addRule(reason: string): Promise<IgnoreRule> {
    return this.#askDiffer('add-ignore-rule', { rule: 'nothing-*', reason });
  }

  #askDiffer<R>(verb: string, data: object): Promise<R> {
    const about = { tenant: TENANT, connectionId: this.own };
    return this.on.adapters.broker.request<R>(command('differ', verb), { ...about, ...data });
  }
}

async function completed(on: Caller, connectionId: string, jobId: string, result = 'succeeded'): Promise<void> {
  expect(await on.finished(jobId, 60_000)).toMatchObject({ state: 'completed', result });
  await on.committed(connectionId, jobId);
}

/** An event of an unknown type, one with almost no content, and a newer shape of a known one. */
async function appendUnknown(eventStore: EventStore, stream: string, knownType: string): Promise<void> {
  const events = [
    { type: 'WrittenByANewerVersion', data: { at: 1, id: 'kept', jobId: 'none', released: [] } },
    { type: 'no.subject *', data: null },
    { type: knownType, data: { version: 2, at: 1 } },
  ];
  const stored = events.map((event) => ({ ...event, id: randomUUID(), metadata: { tenant: TENANT, actor: 'newer' } }));
  await eventStore.append(stream, stored, 'any');
}
