import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CheckpointSaved, JobCompleted } from '@tidemark/contracts';
import { allPorts, openAdapters } from '@tidemark/platform';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { readLedger } from '../examples/copy/connectors.js';
import { labelOf, type CrashPoint } from '../installations/crash-point.js';
import { startInstallation } from '../installations/installation.js';
import { MortalInstallation } from '../installations/mortal-installation.js';
import { embedded } from '../installations/urls.js';
import { History } from './testing/history.js';
import { readLog } from './testing/log.js';

const PAGES = 4;
const PER_PAGE = 5;
const numbers = Array.from({ length: PAGES * PER_PAGE }, (_, index) => index + 1).filter((id) => id % PER_PAGE !== 0);

/** Every append of one job of the example pipeline, in order. */
const APPENDS = [
  'JobCreated',
  'PlacesChanged',
  'StageClaimed prepare',
  'StageCompleted prepare',
  ...Array.from({ length: PAGES }, () => 'CheckpointSaved copy'),
  'StageCompleted copy',
  'StageCompleted announce',
  'SyncEnded',
];

const points: CrashPoint[] = APPENDS.flatMap((append, index) => {
  const nth = APPENDS.slice(0, index + 1).filter((other) => other === append).length;
  return [
    { when: 'before', append, nth },
    { when: 'after', append, nth },
  ] as const;
});

let folder: TemporaryFolder;

beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

const order = { parameters: { object: 'numbers' } };

const settings = (path: string, mirrorIsDown = false) => ({
  name: 'numbers to ledgers',
  source: { connector: 'numbers', config: { pages: PAGES, perPage: PER_PAGE } },
  destinations: [
    { name: 'ledger', connector: 'ledger', config: { file: `${path}.ledger` } },
    { name: 'mirror', connector: 'ledger', config: { file: `${path}.mirror`, down: mirrorIsDown } },
  ],
});

async function historyOf(path: string): Promise<History> {
  const adapters = await openAdapters(allPorts, { urls: embedded(path), namespace: 'tidemark' });
  try {
    return new History(await readLog(adapters.eventStore));
  } finally {
    await adapters.close();
  }
}

/** Invariants of the job after any crash. */
function expectCopied(history: History, jobId: string): void {
  expect(history.stagesOf(jobId)).toEqual(['prepare', 'copy', 'announce']);
  const checkpoints = history.ofType<CheckpointSaved['data']>('CheckpointSaved');
  expect(checkpoints.map(({ data }) => data.cursor['pages'])).toEqual([1, 2, 3, 4]);
  const blobs = checkpoints.map(({ data }) => data.errors);
  expect(blobs).toEqual(checkpoints.map(() => ({ count: 1, blob: expect.stringContaining('sha256:') })));
  const [completed] = history.ofType<JobCompleted['data']>('JobCompleted');
  expect(completed!.data).toMatchObject({
    result: 'completed_with_errors',
    counts: { processed: PAGES * PER_PAGE, created: numbers.length, failed: PAGES },
    metrics: { pages: PAGES },
    cursor: { pages: PAGES },
  });
  expect(history.ofType('ChangesDetected')).toMatchObject([{ data: { jobId, bySeverity: { info: numbers.length } } }]);
  expect(history.ofType('SyncEnded')).toHaveLength(1);
}

describe('a job with checkpoints inside a stage', () => {
  it('is stored in these appends, and an optional destination that is down does not stop it', async () => {
    const path = folder.join('whole');
    const appends: string[] = [];
    const on = await startInstallation({
      urls: embedded(path),
      withCopy: true,
      prepare: ({ eventStore }) => {
        const append = eventStore.append.bind(eventStore);
        eventStore.append = (stream, events, expected) => {
          if (!stream.startsWith('connection-') || events[0]!.type === 'SyncEnded') appends.push(labelOf(events));
          return append(stream, events, expected);
        };
      },
    });
    const { id: connectionId } = await on.ask<{ id: string }>('create-connection', settings(path, true));
    const { id: jobId } = await on.create(connectionId, order);
    await on.finished(jobId);
    await eventually(() => appends.at(-1) === 'SyncEnded');
    await on.stop();
    expect(appends).toEqual(APPENDS);
    const history = await historyOf(path);
    expectCopied(history, jobId);
    expect((await readLedger(`${path}.ledger`)).flatMap(({ ids }) => ids)).toEqual(numbers);
    expect(await readLedger(`${path}.mirror`)).toEqual([]);
    const last = history.ofType<CheckpointSaved['data']>('CheckpointSaved').at(-1)!.data;
    const error = { code: 'DESTINATION_UNREACHABLE', message: 'the ledger is shut' };
    expect(last.sinks).toEqual({
      ledger: { written: numbers.length, failed: 0 },
      mirror: { written: 0, failed: numbers.length, error },
    });
  });

  it('refuses parameters that the pipeline does not accept', async () => {
    const path = folder.join('refused');
    const on = await startInstallation({ urls: embedded(path), withCopy: true });
    const { id: connectionId } = await on.ask<{ id: string }>('create-connection', settings(path));
    expect(await on.refused(on.create(connectionId, {}))).toBe('VALIDATION_FAILED');
    expect(await on.refused(on.create(await on.connect(), order))).toBe('VALIDATION_FAILED');
    const unknown = { ...settings(path), pipeline: 'noop' };
    expect(await on.refused(on.ask('create-connection', unknown))).toBe('VALIDATION_FAILED');
    await on.stop();
  });

  it.each(points)('resumes from its last one when killed $when $append $nth', async (crash) => {
    const path = folder.join(`${crash.when} ${crash.append} ${crash.nth}`);
    const mortal = new MortalInstallation({ folder: path, withCopy: true });
    await mortal.start();
    const { id: connectionId } = await mortal.ask<{ id: string }>('create-connection', settings(path));
    await mortal.kill();
    await mortal.start(crash);
    const created = mortal.createOnce(connectionId, 'copy', order);
    await mortal.death();
    await mortal.start();
    const jobId = await created;
    expect(await mortal.finished(jobId)).toMatchObject({ state: 'completed', retryCount: 0 });
    await mortal.committed(connectionId, jobId);
    await mortal.kill();
    expectCopied(await historyOf(path), jobId);
    for (const name of ['ledger', 'mirror'])
      expect((await readLedger(`${path}.${name}`)).flatMap(({ ids }) => ids)).toEqual(numbers);
  });
});
