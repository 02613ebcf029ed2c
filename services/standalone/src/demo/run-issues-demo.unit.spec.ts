import { describe, expect, it } from '@jest/globals';
import type { ConnectionView, CreateConnection, JobView } from '@tidemark/contracts';
import { IssueTracker } from './issue-tracker.js';
import { runIssuesDemo, type IssuesApi } from './run-issues-demo.js';

const now = () => Date.parse('2026-01-01T00:00:00Z');
const samplesUrl = 'http://127.0.0.1:5';

/** Tidemark as this part sees it: a sync keeps every issue that has an id. */
function tidemark(tracker: IssueTracker, kept: readonly object[] = []) {
  const records = kept.map((data) => ({ data, deleted: false }));
  const calls: string[] = [];
  const api: IssuesApi = {
    findConnection: async () => undefined,
    async createConnection({ name, source }: Omit<CreateConnection, 'tenant'>) {
      calls.push(`create ${name} ${String(source.config['apiUrl'])}`);
      return { id: 'c-1' } as ConnectionView;
    },
    updateConnection: async () => undefined,
    async createJob(_id, type = 'full') {
      calls.push(type);
      return { id: `j-${calls.length}`, state: 'completed', counts: countsOf(tracker) } as JobView;
    },
    listRecords: async () => records,
    listErrors: async () => tracker.withoutId.map((number) => ({ code: 'NO_ID', message: `number ${number}` })),
  };
  return { api, calls };
}

const countsOf = ({ withoutId: { length: failed } }: IssueTracker) =>
  ({ created: 8 - failed, updated: 0, skipped: 0, failed }) as JobView['counts'];

async function story(tracker: IssueTracker, api: IssuesApi, url = 'http://127.0.0.1:8080'): Promise<readonly string[]> {
  const lines: string[] = [];
  const { signal } = new AbortController();
  await runIssuesDemo({ api, tracker, samplesUrl, url, print: (line) => lines.push(line), signal });
  return lines;
}

describe('the demo of issues', () => {
  it('shows both that are refused, repairs one of them at its source, and says how to repair the other', async () => {
    const tracker = new IssueTracker(now);
    const { api, calls } = tidemark(tracker);
    expect(await story(tracker, api)).toEqual([
      'demo: synced "demo: issues" into the record store: 6 created, 2 refused',
      '  refused  number 3 (NO_ID)',
      '  refused  number 7 (NO_ID)',
      'demo: gave number 3 an id at its source and synced again: 7 created, 1 refused',
      'demo: number 7 is left for you; in another terminal:',
      expect.stringMatching(/^ {2}export TIDEMARK_API_KEY=\S+ {3}#/),
      '  npm run tidemark -- jobs errors j-2',
      expect.stringContaining(`curl -X PATCH ${samplesUrl}/repos/harbour/tide-gauges/issues/7 `),
      '  npm run tidemark -- sync "demo: issues"',
      '  npm run tidemark -- records list "demo: issues"',
      '',
    ]);
    expect(calls).toEqual([`create demo: issues ${samplesUrl}`, 'full', 'incremental']);
  });

  it('remembers over a restart what was repaired before, by what was synced', async () => {
    const tracker = new IssueTracker(now);
    const { api } = tidemark(tracker, [{ number: 3, updated_at: '2025-12-01T00:00:00Z' }]);
    const lines = await story(tracker, api, 'http://127.0.0.1:1');
    expect(lines.slice(0, 3)).toEqual([
      'demo: synced "demo: issues" into the record store: 7 created, 1 refused',
      '  refused  number 7 (NO_ID)',
      'demo: number 7 is left for you; in another terminal:',
    ]);
    expect(lines[3]).toContain('TIDEMARK_URL=http://127.0.0.1:1');
  });

  it('leaves nothing to do when all were repaired', async () => {
    const tracker = new IssueTracker(now);
    for (const number of tracker.withoutId) tracker.repair(number);
    expect(await story(tracker, tidemark(tracker).api)).toEqual([expect.stringMatching(/: 8 created$/), '']);
  });
});

describe('the sample tracker', () => {
  const tracker = new IssueTracker(now);
  const get = (path: string) => tracker.answer('GET', new URL(path, samplesUrl));
  const issues = '/repos/harbour/tide-gauges/issues';

  it('answers by last change, from a time on, in pages', () => {
    expect(get(`${issues}?direction=desc&per_page=1`).body).toMatchObject([{ number: 8, id: 4008 }]);
    expect(get(`${issues}?direction=asc&since=2025-03-07T09:00:00Z`).body).toMatchObject([
      { number: 7, id: null },
      { number: 8 },
    ]);
    const { body, headers } = get(`${issues}?direction=asc&per_page=3&page=2`);
    expect(body).toMatchObject([{ number: 4 }, { number: 5 }, { number: 6 }]);
    expect(headers).toEqual({ link: `<${samplesUrl}${issues}?page=3>; rel="next"` });
  });

  it('gives an issue its id on PATCH, which is a change of it', () => {
    expect(tracker.answer('PATCH', new URL(`${issues}/7`, samplesUrl))).toMatchObject({ body: { id: 4007 } });
    expect(get(`${issues}/7`).body).toMatchObject({ id: 4007, updated_at: '2026-01-01T00:00:00Z' });
    expect(tracker.withoutId).toEqual([3]);
  });

  it('has one repository, and writes nothing else', () => {
    for (const path of ['/repos/harbour/tide-gauges2', `${issues}/9`, '/repos/a/b/issues'])
      expect(get(path).status).toBe(404);
    expect(tracker.answer('DELETE', new URL(`${issues}/7`, samplesUrl)).status).toBe(405);
  });
});
