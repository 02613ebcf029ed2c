import { setTimeout as pause } from 'node:timers/promises';
import type {
  ChangeDocument,
  ConnectionView,
  JobEventView,
  JobView,
  RecordPageView,
  RowError,
} from '@tidemark/contracts';
import type { DemoApi, DemoSnapshot } from './run-demo.js';
import type { IssuesApi } from './run-issues-demo.js';

const PER_PAGE = 200;
const PAUSE_MS = 100;
/** How often a view that has not caught up is read again. */
const READS = 50;

export interface HttpDemoApiOptions {
  /** Of Tidemark's HTTP API. */
  readonly url: string;
  readonly key: string;
  readonly signal: AbortSignal;
}

interface Page<Item> {
  readonly data: readonly Item[];
  readonly pagination: { readonly total: number };
}

/** The demo's calls over Tidemark's own HTTP API: the same could be done with curl. */
export function httpDemoApi({ url, key, signal }: HttpDemoApiOptions): DemoApi & IssuesApi {
  const send = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const response = await fetch(new URL(path, url), {
      method,
      signal,
      headers: { authorization: `Bearer ${key}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (response.ok) return response;
    const { error } = (await response.json().catch(() => ({}))) as { error?: { code: string; message: string } };
    throw new Error(error ? `${error.code}: ${error.message}` : `${method} ${path} answered ${response.status}`);
  };
  const call = async <Body>(method: string, path: string, body?: unknown): Promise<Body> =>
    (await (await send(method, path, body)).json()) as Body;
  /** The number of changes that each job has found. */
  const found = new Map<string, number>();

  return {
    async findConnection(name) {
      for (let page = 1; ; page++) {
        const path = `/v1/connections?page=${page}&perPage=${PER_PAGE}`;
        const { data, pagination } = await call<Page<ConnectionView>>('GET', path);
        const connection = data.find((candidate) => candidate.name === name);
        if (connection || page * PER_PAGE >= pagination.total) return connection;
      }
    },
    createConnection: (input) => call('POST', '/v1/connections', input),
    updateConnection: (id, changes) => call('PATCH', `/v1/connections/${id}`, changes),
    async createJob(connectionId, type = 'full') {
      let job = await call<JobView>('POST', `/v1/connections/${connectionId}/jobs`, { type });
      while (job.state === 'pending' || job.state === 'running') {
        // The stream of a job's events ends with the job; it is cut off when Tidemark restarts.
        const events = await send('GET', `/v1/jobs/${job.id}/events`).then((response) => response.text());
        found.set(job.id, changesIn(events));
        job = await call<JobView>('GET', `/v1/jobs/${job.id}`);
        if (job.endedAt === null) await pause(PAUSE_MS, undefined, { signal });
      }
      return job;
    },
    async latestSnapshot(connectionId) {
      const path = `/v1/connections/${connectionId}/snapshots?perPage=1`;
      const read = () => call<Page<DemoSnapshot>>('GET', path).then(({ data }) => data);
      return (await untilThere(read, 1, signal))[0];
    },
    async listRecords(connectionId) {
      const { data } = await call<RecordPageView>('GET', `/v1/connections/${connectionId}/records?perPage=${PER_PAGE}`);
      return data;
    },
    async listErrors({ id, counts }) {
      const read = () => call<Page<RowError>>('GET', `/v1/jobs/${id}/errors?perPage=${PER_PAGE}`);
      return untilThere(() => read().then(({ data }) => data), counts.failed, signal);
    },
    async listChanges(connectionId, jobId) {
      const path = `/v1/connections/${connectionId}/changes?jobId=${jobId}&perPage=${PER_PAGE}`;
      const read = () => call<Page<ChangeDocument>>('GET', path).then(({ data }) => data);
      return (await untilThere(read, found.get(jobId) ?? 0, signal)).toSorted((a, b) => a.order - b.order);
    },
  };
}

/** The number of changes that a job's events report. */
function changesIn(events: string): number {
  const counts = events
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => JSON.parse(line.slice('data:'.length)) as JobEventView)
    .filter(({ type }) => type === 'ChangesDetected')
    .flatMap(({ data }) => Object.values((data as { bySeverity: Record<string, number> }).bySeverity));
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Views lag slightly behind the events: reads until there are as many entries, for a limited time. */
async function untilThere<Item>(
  read: () => Promise<readonly Item[]>,
  least: number,
  signal: AbortSignal,
): Promise<readonly Item[]> {
  for (let left = READS; ; left--) {
    const items = await read();
    if (items.length >= least || left === 0) return items;
    await pause(PAUSE_MS, undefined, { signal });
  }
}
