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
import { notifySubscribers, type ProviderChanges } from './notify-subscribers.js';

const provided: ProviderChanges = {
  providerId: 'p1',
  jobId: 'j1',
  snapshotId: 's2',
  previousSnapshotId: 's1',
  changes: new TextEncoder().encode('[]'),
  bySeverity: { breaking: 0, risky: 0, safe: 0, info: 0 },
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

/** Notifies, on an event store that first does something else before its first appends. */
function notify(...meanwhile: (() => Promise<unknown>)[]) {
  const append: EventStore['append'] = async (...args) => {
    await meanwhile.shift()?.();
    return eventStore.append(...args);
  };
  const store = withMembers(eventStore, { append });
  const ignoreLists = readModel.view<IgnoreListDocument>(views.ignoreLists);
  return notifySubscribers({ eventStore: store, ignoreLists, signal: new AbortController().signal }, provided, {});
}

async function notified(): Promise<string[]> {
  const tenants: string[] = [];
  for await (const stored of storedEvents(eventStore, alertStream.of('s2'))) {
    const alert = alertStream.read(stored);
    if (alert) tenants.push(alert.data.tenant);
  }
  return tenants;
}

describe('the subscribers of a provider', () => {
  it('are notified once each, however often it is repeated', async () => {
    await subscribe('acme');
    await subscribe('globex');
    expect([await notify(), await notify()]).toEqual([2, 2]);
    expect(await notified()).toEqual(['acme', 'globex']);
  });

  it('are notified when they subscribe while others are being notified', async () => {
    await subscribe('acme');
    expect(await notify(() => subscribe('globex'))).toBe(2);
    expect(await notified()).toEqual(['acme', 'globex']);
  });

  it('are notified once when two differs do so at the same time', async () => {
    await subscribe('acme');
    await subscribe('globex');
    expect(await notify(() => notify().then(() => subscribe('initech')))).toBe(3);
    expect(await notified()).toEqual(['acme', 'globex', 'initech']);
  });

  it('are notified once, whatever a newer version wrote to either stream', async () => {
    const unknown = () => ({ id: uuidv7(), type: 'SubscriberMuted', data: { connectionId: 'c-acme' }, metadata: {} });
    await subscribe('acme');
    await eventStore.append(subscriberStream.of('p1'), [unknown()], 'any');
    expect(await notify()).toBe(1);
    await eventStore.append(alertStream.of('s2'), [unknown()], 'any');
    await subscribe('globex');
    expect(await notify(() => eventStore.append(alertStream.of('s2'), [unknown()], 'any'))).toBe(2);
    expect(await notified()).toEqual(['acme', 'globex']);
  });

  it('are not notified after they left', async () => {
    await subscribe('acme');
    await leave('acme');
    expect(await notify()).toBe(0);
    expect(await notified()).toEqual([]);
  });
});
