import { expect } from '@jest/globals';
import type { History } from './history.js';
import type { WatchedApi } from './workload.js';

/** The stages of a dependency's pipeline, in order. */
export const STAGES = ['fetch', 'parse', 'normalize', 'snapshot', 'diff', 'persist', 'alert'];

/**
 * Checks the log of a workload: one job per version, each stage once, one snapshot per version, one set of
 * changes and one alert between successive ones, the cursor at the last.
 */
export function expectWhole(history: History, api: WatchedApi): void {
  const { connectionId, jobIds, version } = api;
  const streams = jobIds.map((jobId) => `job-${jobId}`);
  const streamsOf = (type: string) => history.ofType(type, connectionId).map(({ stream }) => stream);
  expect(streamsOf('JobCreated')).toEqual(streams);
  expect(streamsOf('JobCompleted')).toEqual(streams);
  for (const jobId of jobIds) expect(history.stagesOf(jobId)).toEqual(STAGES);

  const snapshots = history.snapshotsOf(connectionId);
  expect(snapshots).toHaveLength(version);
  expect(new Set(snapshots.map(({ contentHash }) => contentHash)).size).toBe(version);
  const ids = snapshots.map(({ snapshotId }) => snapshotId);
  expect(snapshots.map(({ previousId }) => previousId)).toEqual([null, ...ids.slice(0, -1)]);

  const changes = ids.map((id) => history.changesOf(id));
  expect(changes.map((sets) => sets.map(({ previousId }) => previousId))).toEqual([
    [],
    ...ids.slice(0, -1).map((id) => [id]),
  ]);
  const changeIds = changes.flat().flatMap((set) => set.ids);
  expect(new Set(changeIds).size).toBe(changeIds.length);
  expect(streamsOf('ChangesDetected')).toEqual(streams.slice(1));

  const synced = history.ofType<{ jobId: string }>('SyncEnded', connectionId);
  expect(synced.map(({ data }) => data.jobId)).toEqual(jobIds);
  expect(history.cursorOf(connectionId)).toBe(ids.at(-1));
}

/** Jobs that hold one of the tenant's slots at the end of the log. */
export function holdersOf(history: History, tenant: string): string[] {
  type Places = { running?: (readonly [string, unknown])[] };
  const last = history.log.findLast(({ stream }) => stream === `admission-${tenant}`);
  return (last!.data as Places).running!.map(([jobId]) => jobId);
}
