import { cp } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allPorts, openAdapters } from '@tidemark/platform';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { STAGES } from './testing/whole.js';
import { labelOf, type CrashPoint } from '../installations/crash-point.js';
import { History } from './testing/history.js';
import { startInstallation } from '../installations/installation.js';
import { embedded } from '../installations/urls.js';
import { readLog } from './testing/log.js';
import { MortalInstallation } from '../installations/mortal-installation.js';
import { described } from '../publishers/descriptions.js';
import { Publisher } from '../publishers/publisher.js';

/** Every append of one sync with changes, in order. */
const APPENDS = [
  'JobCreated',
  'PlacesChanged',
  'StageClaimed fetch',
  'StageCompleted fetch',
  'StageCompleted parse',
  'StageCompleted normalize',
  'StageCompleted snapshot',
  'StageClaimed diff',
  'StageCompleted diff',
  'ChangesRecorded',
  'StageCompleted persist',
  'StageCompleted alert',
  'SyncEnded',
];

const points: CrashPoint[] = APPENDS.flatMap((append) => [
  { when: 'before', append },
  { when: 'after', append },
]);

let folder: TemporaryFolder;
let publisher: Publisher;
let connectionId: string;

/** The history in the log of a folder. */
async function historyOf(path: string): Promise<History> {
  const adapters = await openAdapters(allPorts, { urls: embedded(path), namespace: 'tidemark' });
  try {
    return new History(await readLog(adapters.eventStore));
  } finally {
    await adapters.close();
  }
}

beforeAll(async () => {
  folder = await temporaryFolder();
  publisher = await Publisher.start();
  publisher.publish(described(1), '/api');
  const baseline = await startInstallation({ urls: embedded(folder.join('baseline')) });
  connectionId = await baseline.connect(publisher.url('/api'));
  const { id } = await baseline.create(connectionId);
  await baseline.finished(id);
  await baseline.committed(connectionId, id);
  await baseline.stop();
  publisher.publish(described(2), '/api');
});

afterAll(async () => {
  await publisher.stop();
  await folder.remove();
});

/** A copy of the installation that has taken the baseline. */
async function copy(name: string): Promise<string> {
  const path = folder.join(name);
  await cp(folder.join('baseline'), path, { recursive: true });
  return path;
}

describe('one sync with changes', () => {
  it('is stored in these appends', async () => {
    const appends: string[] = [];
    const on = await startInstallation({
      urls: embedded(await copy('whole')),
      prepare: ({ eventStore }) => {
        const append = eventStore.append.bind(eventStore);
        eventStore.append = (stream, events, expected) => {
          appends.push(labelOf(events));
          return append(stream, events, expected);
        };
      },
    });
    await on.finished((await on.create(connectionId)).id);
    await eventually(() => appends.at(-1) === 'SyncEnded');
    await on.stop();
    expect(appends).toEqual(APPENDS);
  });

  it.each(points)('ends as if nothing had happened when the process is killed $when $append', async (crash) => {
    const path = await copy(`${crash.when} ${crash.append}`);
    const before = publisher.fetches('/api');
    const mortal = new MortalInstallation({ folder: path });
    await mortal.start(crash);
    const created = mortal.createOnce(connectionId, 'sync');
    await mortal.death();
    const atDeath = publisher.fetches('/api');
    const dead = await historyOf(path);
    await mortal.start();
    const jobId = await created;
    expect(await mortal.finished(jobId)).toMatchObject({ state: 'completed', result: 'succeeded', retryCount: 0 });
    await mortal.committed(connectionId, jobId);
    await mortal.kill();

    const history = await historyOf(path);
    expect(history.stagesOf(jobId)).toEqual(STAGES);
    const [first, second, ...more] = history.snapshotsOf(connectionId);
    expect(more).toEqual([]);
    expect(second).toMatchObject({ jobId, previousId: first!.snapshotId });
    const changes = history.changesOf(second!.snapshotId);
    expect(changes).toMatchObject([{ previousId: first!.snapshotId }]);
    expect(new Set(changes[0]!.ids).size).toBe(changes[0]!.ids.length);
    expect(history.ofType('ChangesDetected', connectionId)).toHaveLength(1);
    expect(history.ofType('JobCreated', connectionId)).toHaveLength(2);
    expect(history.ofType('SyncEnded', connectionId)).toHaveLength(2);
    expect(history.cursorOf(connectionId)).toBe(second!.snapshotId);

    // Events stored before the crash are unchanged, and a completed fetch is not repeated.
    expect(history.log.slice(0, dead.log.length)).toEqual(dead.log);
    const fetched = dead.stagesOf(jobId).includes('fetch');
    expect(publisher.fetches('/api') - atDeath).toBe(fetched ? 0 : 1);
    expect(atDeath - before).toBeLessThanOrEqual(1);
  });
});
