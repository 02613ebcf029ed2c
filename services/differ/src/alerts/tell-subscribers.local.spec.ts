import { withMembers } from '@tidemark/test-kit';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  alertStream,
  subscriberStream,
  views,
  type IgnoreListDocument,
  type SubscriberEvent,
} from '@tidemark/contracts';
import { createEventStore, storedEvents, type EventStore } from '@tidemark/event-store';
import { uuidv7 } from '@tidemark/foundation';
import { createReadModel, type ReadModel } from '@tidemark/read-model';
import { tellSubscribers, type ProviderChanges } from './tell-subscribers.js';

const news: ProviderChanges = {
  providerId: 'p1',
  jobId: 'j1',
  snapshotId: 's2',
  previousSnapshotId: 's1',
  changes: [],
  at: Date.parse('2026-03-01T12:00:00Z'),
};

let eventStore: EventStore;
let readModel: ReadModel;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'alerts-'));
  eventStore = await createEventStore(`sqlite:${join(folder, 'events.db')}`);
  readModel = await createReadModel('sqlite::memory:');
});
afterEach(async () => {
  await eventStore.close();
  await readModel.close();
  await rm(folder, { recursive: true });
});

function write(event: SubscriberEvent) {
  return eventStore.append(subscriberStream.of('p1'), [{ id: uuidv7(), ...event, metadata: {} }], 'any');
}
const subscribe = (tenant: string) =>
  write({ type: 'SubscriberAdded', data: { tenant, connectionId: `c-${tenant}`, at: 0 } });
const leave = (tenant: string) => write({ type: 'SubscriberRemoved', data: { connectionId: `c-${tenant}`, at: 0 } });

/** Tells, with an event store that does something else as well before each of its first appends. */
function tell(...meanwhile: (() => Promise<unknown>)[]) {
  const append: EventStore['append'] = async (...args) => {
    await meanwhile.shift()?.();
    return eventStore.append(...args);
  };
  const store = withMembers(eventStore, { append });
  const ignoreLists = readModel.view<IgnoreListDocument>(views.ignoreLists);
  return tellSubscribers({ eventStore: store, ignoreLists, signal: new AbortController().signal }, news, {});
}

async function told(): Promise<string[]> {
  const tenants: string[] = [];
  for await (const stored of storedEvents(eventStore, alertStream.of('s2'))) {
    const alert = alertStream.read(stored);
    if (alert) tenants.push(alert.data.tenant);
  }
  return tenants;
}

describe('the subscribers of a provider', () => {
  it('are told once each, however often it is asked for', async () => {
    await subscribe('acme');
    await subscribe('globex');
    expect([await tell(), await tell()]).toEqual([2, 2]);
    expect(await told()).toEqual(['acme', 'globex']);
  });

  it('are told when they subscribe while others are being told', async () => {
    await subscribe('acme');
    expect(await tell(() => subscribe('globex'))).toBe(2);
    expect(await told()).toEqual(['acme', 'globex']);
  });

  it('are told once when two differs tell at the same time', async () => {
    await subscribe('acme');
    await subscribe('globex');
    expect(await tell(() => tell().then(() => subscribe('initech')))).toBe(3);
    expect(await told()).toEqual(['acme', 'globex', 'initech']);
  });

  it('are told once, whatever a newer version wrote between them and to them', async () => {
    const unknown = () => ({ id: uuidv7(), type: 'SubscriberMuted', data: { connectionId: 'c-acme' }, metadata: {} });
    await subscribe('acme');
    await eventStore.append(subscriberStream.of('p1'), [unknown()], 'any');
    expect(await tell()).toBe(1);
    await eventStore.append(alertStream.of('s2'), [unknown()], 'any');
    await subscribe('globex');
    expect(await tell(() => eventStore.append(alertStream.of('s2'), [unknown()], 'any'))).toBe(2);
    expect(await told()).toEqual(['acme', 'globex']);
  });

  it('are told nothing when they left', async () => {
    await subscribe('acme');
    await leave('acme');
    expect(await tell()).toBe(0);
    expect(await told()).toEqual([]);
  });
});
