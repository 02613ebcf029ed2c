import { expect } from '@jest/globals';
import { isEnding, type ChangesDetected } from '@tidemark/contracts';
import type { EventStore } from '@tidemark/event-store';
import { eventually } from '@tidemark/test-kit';
import { History } from '../../proof/testing/history.js';
import { readLog } from '../../proof/testing/log.js';
import { expectWhole, holdersOf } from '../../proof/testing/whole.js';
import type { FleetClient } from './fleet-client.js';
import type { Load } from './load.js';

/** The views of a busy MongoDB lag behind. */
const VIEWS_MS = 120_000;

/** Final checks: no job or event is lost, stuck or duplicated, and the views agree with the streams. */
export async function expectWholeLoad(load: Load, eventStore: EventStore): Promise<void> {
  const { on, apis, provider, catalogue } = load;
  for (const [client, api] of [...apis.map((one) => [on, one] as const), [catalogue, provider] as const])
    await committed(client, api.connectionId, api.jobIds.at(-1)!);
  const history = new History(await readLog(eventStore));
  for (const api of [...apis, provider]) expectWhole(history, api);
  expectNoJobsBut([...load.jobIds, ...provider.jobIds], history);
  expectAlertsOnce(load, history);
  await expectViews(load, history, VIEWS_MS / 2).catch(async (error: unknown) => {
    // A server whose updates are not atomic can let the older release undo a later write: the check finds and repairs it.
    process.stdout.write(`a document is stale until it is checked: ${String(error)}\n`);
    await checkAll(on);
    await expectViews(load, history, VIEWS_MS);
  });
  await expectSameAfterRebuild(load);
  await expectPlacesToBeFree(load, eventStore);
}

const committed = (on: FleetClient, connectionId: string, jobId: string) =>
  eventually(
    async () => (await on.get(`/v1/connections/${connectionId}`)).body.lastSync?.jobId === jobId,
    `connection ${connectionId} to know that job ${jobId} ended`,
    { timeout: VIEWS_MS, interval: 50 },
  );

/** Every job was created once and ended once; there are no others. */
function expectNoJobsBut(jobIds: readonly string[], history: History): void {
  const created = history.ofType('JobCreated').map(({ stream }) => stream.slice('job-'.length));
  expect(created.toSorted()).toEqual(jobIds.toSorted());
  for (const id of jobIds) expect([id, history.ofJob(id).filter((event) => isEnding(event)).length]).toEqual([id, 1]);
}

/** One alert per subscriber for every version but the first. */
function expectAlertsOnce({ provider, subscriptions }: Load, { log }: History): void {
  const alerts = log
    .filter(({ stream }) => stream.startsWith('alerts-'))
    .map(({ data }) => data as ChangesDetected['data']);
  for (const subscription of subscriptions) {
    const alerted = alerts.filter(({ connectionId }) => connectionId === subscription).map(({ jobId }) => jobId);
    expect(alerted).toEqual(provider.jobIds.slice(1));
  }
  expect(alerts).toHaveLength(subscriptions.length * (provider.jobIds.length - 1));
}

/** Lists contain each item once, and agree with its stream. */
async function expectViews(load: Load, history: History, timeout: number): Promise<void> {
  const { on, apis } = load;
  const total = (path: string, expected: number) =>
    eventually(
      async () => {
        const { pagination, data, asOf } = (await on.get(path)).body;
        const seen = pagination?.total ?? data.length;
        if (seen !== expected) throw new Error(`${seen} instead of ${expected} as of ${asOf}: ${JSON.stringify(data)}`);
        return true;
      },
      path,
      { timeout, interval: 500 },
    );
  await total('/v1/jobs', load.jobIds.length);
  for (const state of ['pending', 'running']) await total(`/v1/jobs?state=${state}`, 0);
  for (const { connectionId, version } of apis) {
    const at = `/v1/connections/${connectionId}`;
    await total(`${at}/snapshots`, version);
    const sets = history.snapshotsOf(connectionId).flatMap(({ snapshotId }) => history.changesOf(snapshotId));
    await total(`${at}/changes`, sets.flatMap(({ ids }) => ids).length);
  }
  await total(`/v1/connections/${apis[0]!.connectionId}/ignores`, load.rules);
  for (const job of await listed(on, '/v1/jobs')) expect(job).toEqual((await on.get(`/v1/jobs/${job.id}`)).body);
  for (const one of await listed(on, '/v1/connections'))
    expect(one).toEqual((await on.get(`/v1/connections/${one.id}`)).body);
}

/** The views folded by both versions agree with views that one of them rebuilds. */
async function expectSameAfterRebuild({ on, apis }: Load): Promise<void> {
  const paths = apis.flatMap(({ connectionId }) =>
    ['snapshots', 'changes', 'ignores'].map((list) => `/v1/connections/${connectionId}/${list}`),
  );
  const lists = async () =>
    Promise.all(['/v1/jobs', '/v1/connections', '/v1/keys', ...paths].map((path) => listed(on, path)));
  const before = await lists();
  await rebuildAll(on);
  expect(await lists()).toEqual(before);
}

/** The older release can only rebuild. */
async function checkAll(on: FleetClient): Promise<void> {
  for (const { name } of (await on.get('/v1/projections')).body.data as { name: string }[])
    if ((await on.post(`/v1/projections/${name}/check`)).status !== 202) return rebuildAll(on);
}

async function rebuildAll(on: FleetClient): Promise<void> {
  const states = async () => (await on.get('/v1/projections')).body.data as { name: string; state: string }[];
  for (const { name } of await states()) expect((await on.post(`/v1/projections/${name}/rebuild`)).status).toBe(202);
  await eventually(async () => (await states()).every(({ state }) => state === 'live'), 'the views to be rebuilt', {
    timeout: VIEWS_MS,
    interval: 250,
  });
}

/** All pages of a list. */
async function listed(on: FleetClient, path: string): Promise<any[]> {
  const items: any[] = [];
  for (let page = 1; ; page += 1) {
    const { data, pagination } = (await on.get(`${path}?perPage=200&page=${page}`)).body;
    items.push(...data);
    if (!pagination || items.length >= pagination.total) return items;
  }
}

/** A slot is released when another job needs one: the last job still holds the only one. */
async function expectPlacesToBeFree({ on }: Load, eventStore: EventStore): Promise<void> {
  const last = await on.createOnce(await on.connect(), 'the last one');
  await on.finished(last);
  expect(holdersOf(new History(await readLog(eventStore)), 'default')).toEqual([last]);
}
