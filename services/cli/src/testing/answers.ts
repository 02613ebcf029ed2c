import { noCounts, type ConnectionView, type JobView, type TimelineEntry } from '@tidemark/contracts';
import type { ChangeView } from '../render/changes.js';

/** Responses of the API as documented, with the differences that a test passes. */

export const now = Date.parse('2026-03-01T08:20:00.000Z');
export const connectionId = '0195500a-7c00-7abc-8000-00000000000c';
export const jobId = '0195500a-8d00-7def-8000-00000000000a';

export const aConnection = (difference: Partial<ConnectionView> = {}): ConnectionView => ({
  id: connectionId,
  name: 'billing api',
  state: 'active',
  paused: false,
  pipeline: 'dependency',
  source: { connector: 'openapi', config: { url: 'https://billing.example/openapi.json' } },
  destinations: [],
  policies: {},
  schedule: { every: 'hourly' },
  whenBusy: 'queue',
  nextSyncAt: '2026-03-01T09:00:00.000Z',
  lastSync: { jobId, state: 'completed', result: 'unchanged', endedAt: '2026-03-01T08:15:04.200Z' },
  createdAt: '2026-03-01T08:00:00.000Z',
  updatedAt: '2026-03-01T08:00:00.000Z',
  ...difference,
});

export const aJob = (difference: Partial<JobView> = {}): JobView => ({
  id: jobId,
  connectionId,
  type: 'full',
  trigger: 'api',
  state: 'completed',
  stage: null,
  percent: 100,
  counts: noCounts,
  attempt: 1,
  retryCount: 0,
  retriesLeft: 0,
  nextRetryAt: null,
  waitingFor: null,
  liveness: null,
  cancelRequestedAt: null,
  lastError: null,
  result: 'succeeded',
  retryOf: null,
  createdAt: '2026-03-01T08:15:00.000Z',
  startedAt: '2026-03-01T08:15:00.010Z',
  endedAt: '2026-03-01T08:15:04.210Z',
  durationMs: 4200,
  ...difference,
});

export const aRunningJob = (difference: Partial<JobView> = {}): JobView =>
  aJob({
    state: 'running',
    stage: 'diff',
    percent: 57,
    retriesLeft: 3,
    result: null,
    endedAt: null,
    durationMs: null,
    liveness: 'live',
    ...difference,
  });

export const aChange = (difference: Partial<ChangeView> = {}): ChangeView => ({
  id: 'change-1',
  changeId: 'fedcba9876543210',
  connectionId,
  jobId,
  snapshotId: 'snapshot-2',
  previousSnapshotId: 'snapshot-1',
  rule: 'response-property-type-changed',
  severity: 'breaking',
  operation: 'GET /stations/{stationId}/tides',
  operations: ['GET /stations/{stationId}/tides'],
  operationCount: 1,
  ignored: null,
  pointer: {},
  before: 'number',
  after: 'string',
  message: 'The response property height changed its type from number to string.',
  detectedAt: '2026-03-01T08:18:00.000Z',
  order: 0,
  ...difference,
});

export const anEntry = (revision: number, difference: Partial<TimelineEntry> = {}): TimelineEntry => ({
  revision,
  type: 'StageCompleted',
  at: `2026-03-01T08:15:0${revision}.000Z`,
  actor: 'runner:r1',
  stage: 'fetch',
  claim: 1,
  message: `Entry ${revision}`,
  ...difference,
});

export const aPage = <Item>(data: readonly Item[], total = data.length, page = 1, perPage = 50) => ({
  data,
  pagination: { page, perPage, total },
});

/** One server-sent event of a job's stream. */
export function sse(revision: number, type: string, data: unknown = {}): string {
  const event = { revision, type, at: `2026-03-01T08:15:0${revision}.000Z`, message: `The event ${type}`, data };
  return `id: ${revision}\ndata: ${JSON.stringify(event)}\n\n`;
}
