import { ADMIN, source } from './recording.mjs';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const noop = { connector: 'noop', config: {} };
const harbour = (version, paths) => ({
  openapi: '3.0.3',
  info: { title: 'Harbour', version },
  paths: Object.fromEntries(
    Object.entries(paths).map(([path, names]) => {
      const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
      const schema = { type: 'object', properties, required: names };
      return [
        path,
        { get: { responses: { 200: { description: 'ok', content: { 'application/json': { schema } } } } } },
      ];
    }),
  ),
});

/** Two hours ago and more: jobs that have ended. @returns ids by name, and keys */
export async function past(on, publisher) {
  await on.begin({ offsetMs: -3 * HOUR, claimTimeoutMs: 1000 });
  const keys = { admin: ADMIN };
  const key = async (name, body) => {
    const made = await on.call('POST', '/v1/keys', { name, ...body });
    keys[name] = made.key;
    return made.id;
  };
  await key('reader', { tenant: 'default', scopes: ['read'] });
  for (const tenant of ['acme', 'globex']) await key(tenant, { tenant, scopes: ['read', 'write'] });
  await on.call('DELETE', `/v1/keys/${await key('revoked', { tenant: 'default', scopes: ['read', 'write'] })}`);

  const ids = {};
  await changes(on, publisher, ids);
  await endings(on, publisher, ids);
  await connections(on, publisher, ids);
  await providers(on, publisher, ids, keys);
  await on.kill();
  return { ids, keys };
}

/** A baseline, two sets of changes, one sync without any, and an ignore list. */
async function changes(on, publisher, ids) {
  publisher.publish('/harbour', harbour('1.0.0', { '/berths': ['id', 'length'], '/pilots': ['id', 'name'] }));
  ids.harbour = await on.connect('harbour', source('/harbour'), { schedule: { every: 'hourly' } });
  ids.baseline = (await on.sync(ids.harbour)).id;
  publisher.publish('/harbour', harbour('1.1.0', { '/berths': ['id'], '/pilots': ['id', 'name', 'rank'] }));
  ids.changed = (await on.sync(ids.harbour, { idempotencyKey: 'second' })).id;
  ids.unchanged = (await on.sync(ids.harbour)).id;
  const ignore = (body) => on.call('POST', `/v1/connections/${ids.harbour}/ignores`, body);
  await ignore({ operation: 'GET /pilots', reason: 'pilots are not ours' });
  await ignore({ rule: 'endpoint-added', reason: 'until the summer', until: '2100-06-01' });
  const gone = await ignore({ operation: 'GET /berths', reason: 'a mistake' });
  await on.call('DELETE', `/v1/connections/${ids.harbour}/ignores/${gone.id}`);
  publisher.publish('/harbour', harbour('2.0.0', { '/pilots': ['id'], '/tugs': ['id'] }));
  ids.ignored = (await on.sync(ids.harbour)).id;
}

/** Jobs that ended in every way. */
async function endings(on, publisher, ids) {
  ids.quick = await on.connect('quick', noop);
  // Beyond a hundred syncs, the stream of a connection carries the whole connection once.
  for (let n = 0; n < 101; n += 1) ids.quickJob = (await on.sync(ids.quick)).id;

  publisher.publish('/broken', 'neither JSON nor OpenAPI: [');
  const cron = { cron: '30 4 * * 1-5', timeZone: 'Europe/Berlin' };
  ids.broken = await on.connect('broken', source('/broken'), { schedule: cron });
  ids.failed = (await on.sync(ids.broken)).id;
  publisher.publish('/broken', harbour('1.0.0', { '/tugs': ['id'] }));
  ids.retried = (await on.call('POST', `/v1/jobs/${ids.failed}/retry`)).id;
  await on.ended(ids.retried, ids.broken);

  ids.planned = await on.job(ids.quick, { startAt: new Date(Date.now() + 1000 * HOUR).toISOString() });
  await on.call('POST', `/v1/jobs/${ids.planned}/cancel`, { reason: 'not needed' });

  publisher.publish('/silent', null);
  ids.silent = await on.connect('silent', source('/silent'), { schedule: { every: 'daily' } });
  ids.expired = await on.job(ids.silent);
  await on.happened(ids.expired, 'StageClaimed');
  await on.order({ beats: false });
  await on.happened(ids.expired, 'ClaimExpired');
  await on.order({ beats: true });
  publisher.publish('/silent', harbour('1.0.0', { '/tides': ['id'] }));
  await on.ended(ids.expired, ids.silent);

  publisher.publish('/silent', null);
  ids.forced = await on.job(ids.silent);
  await on.happened(ids.forced, 'StageClaimed');
  await on.order({ hold: [`${ids.forced} confirm-cancel`] });
  await on.call('POST', `/v1/jobs/${ids.forced}/cancel`, { reason: 'too slow' });
  await on.ended(ids.forced, ids.silent);
}

/** Connections in every state. */
async function connections(on, publisher, ids) {
  publisher.publish('/calm', harbour('1.0.0', { '/calm': ['id'] }));
  ids.paused = await on.connect('paused', source('/calm'), { schedule: { every: 'hourly' } });
  await on.sync(ids.paused);
  await on.call('POST', `/v1/connections/${ids.paused}/pause`);
  ids.removed = await on.connect('removed', source('/calm'));
  ids.removedJob = (await on.sync(ids.removed)).id;
  await on.call('DELETE', `/v1/connections/${ids.removed}`);
  ids.disconnected = await on.connect('disconnected', noop, { schedule: { every: 'daily' } });
  await on.call('POST', `/v1/connections/${ids.disconnected}/disconnect`);
  ids.reconnected = await on.connect('reconnected', noop, { schedule: { every: 'daily' } });
  for (const verb of ['pause', 'resume', 'disconnect', 'reconnect'])
    await on.call('POST', `/v1/connections/${ids.reconnected}/${verb}`);
  ids.updated = await on.connect('old name', noop, { whenBusy: 'reject' });
  await on.sync(ids.updated);
  const given = { name: 'new name', source: source('/calm'), schedule: { cron: '0 3 1 * *' } };
  await on.call('PATCH', `/v1/connections/${ids.updated}`, given);
}

/** A provider with subscribers, one of whom left. */
async function providers(on, publisher, ids, keys) {
  publisher.publish('/provider', harbour('1.0.0', { '/weather': ['id', 'wind'] }));
  const given = { name: 'Weather', source: source('/provider'), schedule: { every: 'daily' } };
  ids.provider = (await on.call('POST', '/v1/providers', given)).id;
  const path = `/v1/providers/${ids.provider}`;
  ids.subscription = (await on.call('POST', `${path}/subscription`, {})).id;
  ids.acme = (await on.call('POST', `${path}/subscription`, { name: 'our weather' }, keys.acme)).id;
  await on.call('POST', `${path}/subscription`, {}, keys.globex);
  const count = async (what, connection, key) =>
    (await on.get(`/v1/connections/${connection}/${what}`, key)).pagination.total;
  const sync = () => on.call('POST', `${path}/jobs`);
  await sync();
  await on.until(async () => (await count('snapshots', ids.subscription)) === 1, 'the baseline of the provider');
  await on.until(async () => (await on.get(path)).lastSync, 'the provider to know');
  publisher.publish('/provider', harbour('1.1.0', { '/weather': ['id'] }));
  await sync();
  await on.until(async () => (await count('changes', ids.acme, keys.acme)) > 0, 'the changes of the provider');
  await on.call('DELETE', `${path}/subscription`, undefined, keys.globex);
}

/** Some time ago: a job that stalled and recovered. */
export async function standstill(on, publisher, { ids }) {
  await on.begin({ offsetMs: -HOUR, claimTimeoutMs: HOUR });
  publisher.publish('/slow', null);
  ids.slow = await on.connect('slow', source('/slow'));
  ids.stalled = await on.job(ids.slow);
  await on.happened(ids.stalled, 'StageClaimed');
  await on.order({ advanceMs: 11 * MINUTE });
  await on.happened(ids.stalled, 'ClaimStalled');
  await on.order({ beat: { jobId: ids.stalled, claim: 1, stage: 'fetch', percent: 30 } });
  await on.happened(ids.stalled, 'ClaimRecovered');
  publisher.publish('/slow', harbour('1.0.0', { '/slow': ['id'] }));
  await on.ended(ids.stalled, ids.slow);
  await on.kill();
}

/** Now: jobs in every state but the final ones. The services are left running. @returns when that was */
export async function present(on, publisher, { ids }) {
  await on.begin();
  for (const name of ['normalize', 'persist', 'claim', 'fetch', 'cancel', 'retry'])
    publisher.publish(`/${name}`, harbour('1.0.0', { [`/${name}`]: ['id'] }));
  const watched = async (name) => (ids[`${name}Connection`] = await on.connect(name, source(`/${name}`)));

  publisher.publish('/retry', 503);
  ids.retrying = await on.job(await watched('retry'));
  await on.happened(ids.retrying, 'RetryScheduled');

  // A second version, so that there are two to compare.
  const persist = await watched('persist');
  await on.sync(persist);
  publisher.publish('/persist', harbour('2.0.0', { '/persist': ['id', 'name'] }));

  ids.scheduledSoon = await on.job(ids.quick, { startAt: new Date(Date.now() + HOUR).toISOString() });
  ids.scheduledLate = await on.job(ids.quick, { startAt: '2199-01-01T00:00:00.000Z' });

  publisher.publish('/fetch', null);
  publisher.publish('/cancel', null);
  // Five jobs run: the tenant's limit.
  ids.atNormalize = await heldJob(on, await watched('normalize'), 'StageCompleted normalize');
  await on.happened(ids.atNormalize, 'StageCompleted', 'parse');
  ids.atPersist = await heldJob(on, persist, 'StageCompleted persist');
  await on.happened(ids.atPersist, 'StageCompleted', 'diff');
  ids.unclaimed = await heldJob(on, await watched('claim'), 'StageClaimed diff');
  await on.happened(ids.unclaimed, 'StageCompleted', 'snapshot');
  ids.atFetch = await on.job(await watched('fetch'));
  await on.happened(ids.atFetch, 'StageClaimed');
  ids.cancelling = await on.job(await watched('cancel'));
  await on.happened(ids.cancelling, 'StageClaimed');
  await on.order({ hold: [`job-${ids.cancelling} JobCancelled`] });

  ids.behindOthers = await on.job(ids.normalizeConnection);
  ids.behindCap = await on.job(ids.updated, { whenBusy: 'queue' });
  await on.happened(ids.behindCap, 'JobCreated');
  await on.call('POST', `/v1/jobs/${ids.cancelling}/cancel`, { reason: 'recorded while it stops' });
  // Immediately: three seconds later the cancel would be due.
  return on.order({ ask: 'now' });
}

/** Creates a job that stops before this append. It starts later, so that its id is known first. */
async function heldJob(on, connectionId, append) {
  const id = await on.job(connectionId, { startAt: new Date(Date.now() + 1000).toISOString() });
  await on.order({ hold: [`job-${id} ${append}`] });
  return id;
}
