import { describe, expect, it } from '@jest/globals';
import { TidemarkError, type SyncEnded } from '@tidemark/contracts';
import type { ConnectionCommand, CreateConnection, EndSync } from './connection.commands.js';
import { decideConnection, WHOLE_EVERY } from './connection.decide.js';
import { absentConnection, evolveConnection, isWhole, type ConnectionState } from './connection.js';
import { plannedJobId } from './schedule.js';

const noon = Date.parse('2026-03-01T12:00:00Z');
const hour = 3_600_000;
const create: CreateConnection = {
  type: 'CreateConnection',
  data: {
    connectionId: 'connection-1',
    tenant: 'acme',
    name: 'billing api',
    source: { connector: 'openapi', config: { url: 'https://example.com/openapi.json' } },
    schedule: { every: 'hourly' },
    whenBusy: 'queue',
    at: noon,
  },
};
const endSync = (changes: Partial<EndSync['data']> = {}): EndSync => ({
  type: 'EndSync',
  data: {
    jobId: 'job-1',
    state: 'completed',
    result: 'succeeded',
    startedAt: noon + hour,
    cursor: { etag: 'a' },
    position: 10,
    at: noon + hour + 60_000,
    ...changes,
  },
});
const plain = (
  type: 'PauseConnection' | 'ResumeConnection' | 'DisconnectConnection' | 'ReauthorizeConnection' | 'RemoveConnection',
  at = noon,
): ConnectionCommand => ({ type, data: { at } });
const after = (...commands: ConnectionCommand[]) =>
  commands.reduce<ConnectionState>(
    (state, command) => decideConnection(command, state).reduce(evolveConnection, state),
    absentConnection,
  );

describe('a connection', () => {
  it('plans its first sync one period after it was created', () => {
    expect(after(create)).toMatchObject({ status: 'active', nextSyncAt: noon + hour });
  });

  it('plans the next sync when one ends, and commits the cursor', () => {
    expect(after(create, endSync())).toMatchObject({
      nextSyncAt: noon + 2 * hour,
      cursor: { value: { etag: 'a' }, jobId: 'job-1' },
    });
  });

  it('keeps the planned time when an unplanned sync ends before it', () => {
    expect(after(create, endSync({ startedAt: noon + 1000, at: noon + 60_000 }))).toMatchObject({
      nextSyncAt: noon + hour,
    });
  });

  it.each([
    ['a moment', 2000],
    ['two hours', 2 * hour],
  ])('uses up the planned time whose job ended %s before it, by another clock', (_, behind) => {
    const own = endSync({ jobId: plannedJobId('connection-1', noon + hour), at: noon + hour - behind });
    expect(after(create, own)).toMatchObject({ nextSyncAt: noon + 2 * hour });
    const cron = { ...create, data: { ...create.data, schedule: { cron: '0 * * * *' } } };
    expect(after(cron, own)).toMatchObject({ nextSyncAt: noon + 2 * hour });
  });

  it('skips a time that is used up to a later one, also when its clock is behind', () => {
    const cron = { ...create, data: { ...create.data, schedule: { cron: '0 * * * *' } } };
    const skip: ConnectionCommand = {
      type: 'SkipSync',
      data: { plannedAt: noon + hour, reason: 'DUPLICATE_JOB', at: noon - 2 * hour },
    };
    for (const state of [after(create, skip), after(cron, skip)])
      expect(state).toMatchObject({ nextSyncAt: noon + 2 * hour });
  });

  it('advances a sync that is planned too late, and only to an earlier time', () => {
    const advance = (nextSyncAt: number): ConnectionCommand => ({
      type: 'AdvanceSync',
      data: { plannedAt: noon + hour, nextSyncAt, at: noon },
    });
    expect(after(create, advance(noon + 1000))).toMatchObject({ nextSyncAt: noon + 1000 });
    expect(decideConnection(advance(noon + hour), after(create))).toEqual([]);
    expect(decideConnection(advance(noon + 1000), after(create, advance(noon + 2000)))).toEqual([]);
    expect(decideConnection(advance(noon), after(create, plain('RemoveConnection')))).toEqual([]);
  });

  it('records the end of a job once', () => {
    expect(decideConnection(endSync(), after(create, endSync()))).toEqual([]);
  });

  it('does not let a late message of an older job replace a newer one, also of the same time', () => {
    const newer = endSync({ jobId: 'job-2', position: 20 });
    expect(decideConnection(endSync(), after(create, endSync(), newer))).toEqual([]);
  });

  it('follows the order of the log, not clocks that differ', () => {
    const newer = endSync({ jobId: 'job-2', cursor: { etag: 'b' }, position: 20, at: noon + hour + 59_000 });
    expect(after(create, endSync(), newer)).toMatchObject({ cursor: { jobId: 'job-2' }, lastSync: { jobId: 'job-2' } });
  });

  it('loses no cursor to a cancel that is reported earlier', () => {
    const cancelled = endSync({ jobId: 'job-2', state: 'cancelled', result: null, cursor: undefined, position: 11 });
    expect(after(create, cancelled, endSync())).toMatchObject({
      cursor: { jobId: 'job-1' },
      lastSync: { jobId: 'job-2', state: 'cancelled' },
    });
    expect(decideConnection(cancelled, after(create, cancelled, endSync()))).toEqual([]);
  });

  it('keeps its cursor when a job fails', () => {
    const failed = endSync({ jobId: 'job-2', state: 'failed', result: null, cursor: undefined, position: 20 });
    expect(after(create, endSync(), failed)).toMatchObject({
      cursor: { jobId: 'job-1' },
      lastSync: { state: 'failed' },
    });
  });

  it('drops the cursor with the source, and that of a job that read the old one', () => {
    const source = { connector: 'openapi', config: { url: 'https://example.com/v2.json' } };
    const update: ConnectionCommand = { type: 'UpdateConnection', data: { source, at: noon + hour + 1000 } };
    expect(after(create, endSync({ at: noon + hour + 500 }), update)).toMatchObject({ cursor: null });
    expect(after(create, update, endSync())).toMatchObject({ cursor: null, lastSync: { jobId: 'job-1' } });
  });

  it.each([
    ['ahead', 2 * hour],
    ['behind', -2 * hour],
  ])('keeps the cursor of the source that a job read, when the clock that started it was %s', (_, skew) => {
    const source = { connector: 'openapi', config: { url: 'https://example.com/v2.json' } };
    const update: ConnectionCommand = { type: 'UpdateConnection', data: { source, at: noon + 1000 } };
    const started = { startedAt: noon + 2000 + skew };
    const old = after(create, update, endSync({ ...started, sourceSetAt: noon }));
    const current = after(create, update, endSync({ ...started, sourceSetAt: noon + 1000 }));
    expect([old, current]).toMatchObject([{ cursor: null }, { cursor: { jobId: 'job-1' } }]);
  });

  it('plans nothing while paused or disconnected, and continues when resumed', () => {
    expect(after(create, plain('PauseConnection'))).toMatchObject({ paused: true, nextSyncAt: null });
    expect(after(create, plain('PauseConnection'), endSync())).toMatchObject({ nextSyncAt: null });
    expect(after(create, plain('DisconnectConnection'))).toMatchObject({ status: 'disconnected', nextSyncAt: null });
    expect(after(create, plain('PauseConnection'), plain('ResumeConnection', noon + 10 * hour))).toMatchObject({
      nextSyncAt: noon + 11 * hour,
    });
  });

  describe('when it is updated', () => {
    const update = (changes: object, at: number): ConnectionCommand => ({
      type: 'UpdateConnection',
      data: { ...changes, at },
    });
    const synced = after(create, endSync({ startedAt: noon + 1000, at: noon + 60_000 }));

    it.each([
      ['schedule', { schedule: { every: 'hourly' } }],
      ['source', { source: { config: { url: 'https://example.com/openapi.json' }, connector: 'openapi' } }],
      ['name and policy', { name: 'billing api', whenBusy: 'queue' }],
    ])('changes nothing when the %s stays the same', (_, changes) => {
      expect(decideConnection(update(changes, noon + hour / 2), synced)).toEqual([]);
    });

    it('takes the same cron expression, written differently, for the same schedule', () => {
      const cron = after(create, update({ schedule: { cron: '0 6 * * *' } }, noon));
      const same = update({ schedule: { cron: ' 0  6 * * * ', timeZone: 'UTC' } }, noon + 1);
      expect(decideConnection(same, cron)).toEqual([]);
    });

    it('records only what changed', () => {
      const events = decideConnection(update({ name: 'other', schedule: { every: 'hourly' } }, noon + 1), synced);
      expect(events).toEqual([
        { type: 'ConnectionUpdated', data: { name: 'other', nextSyncAt: noon + hour, at: noon + 1 } },
      ]);
    });

    it('counts a changed schedule from the last sync', () => {
      const at = noon + 30 * 60_000;
      const [updated] = decideConnection(update({ schedule: { every: 'daily' } }, at), synced);
      expect(updated).toMatchObject({ data: { nextSyncAt: noon + 60_000 + 24 * hour } });
    });

    it('is due at once when the changed schedule would have synced since, however often it changes', () => {
      let state = synced;
      for (const [every, minute] of [
        ['daily', 30],
        ['hourly', 50],
        ['daily', 60],
        ['hourly', 70],
      ] as const)
        state = decideConnection(update({ schedule: { every } }, noon + minute * 60_000), state).reduce(
          evolveConnection,
          state,
        );
      expect(state).toMatchObject({ nextSyncAt: noon + 70 * 60_000 });
    });

    it('counts from the sync that is running, not from the one before it', () => {
      const at = noon + hour + 120_000;
      const [updated] = decideConnection(update({ schedule: { every: 'realtime' } }, at), synced);
      expect(updated).toMatchObject({ data: { nextSyncAt: noon + hour + 300_000 } });
    });
  });

  it('is not postponed by pausing and resuming', () => {
    const state = after(create, plain('PauseConnection', noon + hour / 2), plain('ResumeConnection', noon + hour / 2));
    expect(state).toMatchObject({ nextSyncAt: noon + hour });
  });

  it('skips a planned sync once', () => {
    const skip: ConnectionCommand = {
      type: 'SkipSync',
      data: { plannedAt: noon + hour, reason: 'CONNECTION_NOT_ACTIVE', at: noon + hour },
    };
    const state = after(create, skip);
    expect(state).toMatchObject({ nextSyncAt: noon + 2 * hour });
    expect(decideConnection(skip, state)).toEqual([]);
  });

  it('refuses commands once removed, and still records the end of its last job once', () => {
    const removed = after(create, plain('RemoveConnection'));
    expect(decideConnection(endSync(), removed)).toMatchObject([{ type: 'SyncEnded', data: { nextSyncAt: null } }]);
    expect(decideConnection(endSync(), after(create, plain('RemoveConnection'), endSync()))).toEqual([]);
    expect(() => decideConnection(plain('PauseConnection'), removed)).toThrow(TidemarkError);
  });

  it('can be folded from its last whole event alone, however many syncs it had', () => {
    const ends = Array.from({ length: WHOLE_EVERY + 5 }, (_, index) =>
      endSync({ jobId: `job-${index}`, position: index, at: noon + hour + index }),
    );
    let state = after(create);
    const events = ends.flatMap((command) => {
      const happened = decideConnection(command, state);
      state = happened.reduce(evolveConnection, state);
      return happened;
    });
    const fromWhole = events.slice(events.findLastIndex(isWhole));
    expect(fromWhole).toHaveLength(6);
    expect(fromWhole.reduce(evolveConnection, absentConnection)).toEqual(state);
  });

  describe('whose credential can no longer be used', () => {
    const error = { code: 'NO_ACCESS_TOKEN', message: 'refused (invalid_grant)' };
    const failed = (given: object = {}) =>
      endSync({ state: 'failed', result: null, cursor: undefined, error, ...given });

    it('is revoked with the cause and without a next sync, once, until it is authorised again', () => {
      const events = decideConnection(failed(), after(create));
      expect(events).toMatchObject([
        { type: 'SyncEnded', data: { nextSyncAt: null } },
        { type: 'ConnectionRevoked', data: { code: error.code, cause: error.message, jobId: 'job-1' } },
      ]);
      const revoked = after(create, failed());
      expect(revoked).toMatchObject({ status: 'revoked', stateCause: error.message, nextSyncAt: null });
      expect(decideConnection(failed(), revoked)).toEqual([]);
      expect(decideConnection(failed({ jobId: 'job-2', position: 99 }), revoked)).toHaveLength(1);
      const again = after(create, failed(), plain('ReauthorizeConnection', noon + 2 * hour));
      expect(again).toMatchObject({ status: 'active', nextSyncAt: expect.any(Number) });
      expect(again).not.toHaveProperty('stateCause');
    });

    it('is neither revoked nor activated once a person has disconnected it', () => {
      const idle = after(create, plain('DisconnectConnection'));
      expect(decideConnection(failed(), idle)).toHaveLength(1);
      expect(decideConnection(plain('ReauthorizeConnection'), idle)).toEqual([]);
      expect(after(create, failed(), plain('DisconnectConnection'))).toMatchObject({ status: 'disconnected' });
    });

    it('stays active after any other failure', () => {
      const other = failed({ error: { code: 'SOURCE_AUTH_EXPIRED', message: 'no' } });
      expect(after(create, other)).toMatchObject({ status: 'active' });
    });
  });

  it('is not restored from a whole event of another shape, which is folded like any other', () => {
    const [ended] = decideConnection(endSync(), after(create)) as [SyncEnded];
    const foreign: SyncEnded = { ...ended, data: { ...ended.data, whole: { name: 'foreign' }, wholeVersion: 99 } };
    expect(isWhole(foreign)).toBe(false);
    expect(evolveConnection(after(create), foreign)).toEqual(after(create, endSync()));
    const first: SyncEnded = { ...ended, data: { ...ended.data, whole: after(create) } };
    expect(isWhole(first)).toBe(false);
  });
});
