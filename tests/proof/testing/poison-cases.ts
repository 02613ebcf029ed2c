import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { connectionStream, jobStream, type ConnectionView } from '@tidemark/contracts';
import { eventually } from '@tidemark/test-kit';
import { TENANT, type Caller } from '../../installations/caller.js';
import type { Installation } from '../../installations/installation.js';

const GUEST = 'guest';
const VICTIM = 'victim';

/** Known events of this version whose data no version could have written. */
const poisons: readonly {
  readonly stream: 'job' | 'connection' | 'admission';
  readonly type: string;
  readonly data: unknown;
}[] = [
  { stream: 'job', type: 'JobCreated', data: { at: 1, stages: null } },
  { stream: 'job', type: 'StageClaimed', data: { at: 1, claim: 'first', delivery: null } },
  { stream: 'job', type: 'StageCompleted', data: { at: 1, stage: {}, handOver: { name: '> *', service: 5 } } },
  { stream: 'job', type: 'RetryScheduled', data: { at: 1, retryAt: 'soon' } },
  { stream: 'job', type: 'JobCompleted', data: { at: 1 } },
  { stream: 'job', type: 'JobCancelled', data: 'a text' },
  { stream: 'connection', type: 'SyncEnded', data: { at: 1, position: null } },
  { stream: 'connection', type: 'ConnectionUpdated', data: null },
  { stream: 'admission', type: 'PlacesChanged', data: { at: 1, admitted: 'all', released: null } },
  { stream: 'admission', type: 'PlacesChanged', data: [] },
];

/**
 * Stores events that cannot be folded: only their job, their connection or their tenant's admission stands still, with
 * its reason; everything else goes on, also after a restart, with and without views.
 */
export async function expectPoisonToStopOnlyItsOwn(start: (how: { newViews: boolean }) => Promise<Installation>) {
  let on = await start({ newViews: false });
  try {
    const world = await World.create(on);
    for (const poison of poisons) await world.poison(poison);
    await world.goesOn();
    await eventually(() => subjectsOf(on).length === 3, 'the conditions');
    expect(subjectsOf(on)).toEqual(['admissions set aside', 'connections set aside', 'jobs set aside']);
    for (const newViews of [false, true]) {
      await on.stop();
      on = await start({ newViews });
      world.on = on;
      await world.goesOn();
      await world.standsStill();
    }
  } finally {
    await on.stop();
  }
}

const subjectsOf = (on: Installation) =>
  on.conditions
    .list()
    .map(({ subject }) => subject)
    .filter((subject) => subject.endsWith('set aside'))
    .sort();

class World {
  #poisoned: string[] = [];
  #dead: string[] = [];

  private constructor(
    public on: Installation,
    /** Connections of three tenants; the victim's admission is poisoned. */
    private readonly connections: Readonly<Record<string, string>>,
  ) {}

  static async create(on: Installation): Promise<World> {
    const connections: Record<string, string> = {};
    for (const tenant of [TENANT, GUEST, VICTIM]) {
      connections[tenant] = await on.as(tenant).connect();
      await finishOne(on.as(tenant), connections[tenant]!);
    }
    return new World(on, connections);
  }

  /** Each job and each connection with poison is one of its own, of a tenant whose other jobs go on. */
  async poison({ stream, type, data }: (typeof poisons)[number]): Promise<void> {
    const { id } = await this.on.ask<ConnectionView>('create-connection', {
      name: type,
      source: { connector: 'noop', config: {} },
    });
    const job = await this.on.create(id, { startAt: '2099-01-01T00:00:00Z' });
    const name =
      stream === 'job'
        ? jobStream.of(job.id)
        : stream === 'connection'
          ? connectionStream.of(id)
          : `admission-${VICTIM}`;
    const event = { id: randomUUID(), type, data, metadata: { tenant: TENANT, actor: 'poisoner' } };
    await this.on.adapters.eventStore.append(name, [event], 'any');
    if (stream === 'job') this.#poisoned.push(job.id);
    if (stream === 'connection') this.#dead.push(id);
  }

  async goesOn(): Promise<void> {
    for (const tenant of [TENANT, GUEST]) await finishOne(this.on.as(tenant), this.connections[tenant]!);
  }

  async standsStill(): Promise<void> {
    for (const id of this.#poisoned) expect(await this.on.refused(this.on.job(id))).toBe('UNREADABLE');
    for (const id of this.#dead) expect(await this.on.refused(this.on.create(id))).toBe('UNREADABLE');
    const victim = this.on.as(VICTIM);
    const { id } = await victim.create(this.connections[VICTIM]!);
    await eventually(() => subjectsOf(this.on).length === 3, 'the conditions');
    expect(await victim.job(id)).toMatchObject({ state: 'pending' });
    await victim.ask('cancel-job', { jobId: id });
  }
}

async function finishOne(caller: Caller, connectionId: string): Promise<void> {
  const { id } = await caller.create(connectionId);
  expect(await caller.finished(id)).toMatchObject({ state: 'completed' });
  await caller.committed(connectionId, id);
}
