import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConnectionView, JobView } from '@tidemark/contracts';
import { startDemoPublisher, type DemoPublisher } from './publisher.js';
import { demoConnection, runDemo, type DemoApi } from './run-demo.js';

let publisher: DemoPublisher;
beforeEach(async () => {
  publisher = await startDemoPublisher({ everyMs: 0 });
});
afterEach(() => publisher.close());

const running = new AbortController().signal;

/** Tidemark as the demo sees it: at most one connection, and jobs that end as given. */
function tidemark(existing: readonly ConnectionView[] = [], ended: Partial<JobView> = { state: 'completed' }) {
  const connections = [...existing];
  let jobs = 0;
  const calls: string[] = [];
  const api: DemoApi = {
    findConnection: async (name) => connections.find((connection) => connection.name === name),
    async createConnection(input) {
      calls.push(`create ${input.name}`);
      connections.push({ id: 'c-1', ...input } as ConnectionView);
      return connections[0]!;
    },
    async updateConnection(id, { source }) {
      calls.push(`update ${id} ${String(source.config['url'])}`);
    },
    async createJob(connectionId) {
      calls.push(`sync ${connectionId} ${publisher.version}`);
      return { id: `j-${jobs++}`, ...ended } as JobView;
    },
    latestSnapshot: async () => ({
      title: 'Tide tables',
      apiVersion: publisher.version,
      operations: 5,
      previousId: existing.length > 0 ? 's-0' : null,
    }),
    async listChanges(_connectionId, jobId) {
      return [
        { severity: 'breaking', operation: 'GET /stations', message: `Found by ${jobId}.` },
        { severity: 'info', operation: null, message: 'The version changed.' },
      ];
    },
  };
  return { api, calls };
}

/** The printed lines; a new version is published after every sync. */
async function story(api: DemoApi, versions: number): Promise<string[]> {
  const lines: string[] = [];
  const advancing: DemoApi = {
    ...api,
    async createJob(connectionId) {
      const job = await api.createJob(connectionId);
      publisher.advance();
      return job;
    },
  };
  await runDemo({ api: advancing, publisher, print: (line) => lines.push(line), signal: running, versions });
  return lines;
}

describe('the demo', () => {
  it('shows the baseline and each change, and what follows', async () => {
    const { api, calls } = tidemark();
    expect(await story(api, 2)).toEqual([
      expect.stringMatching(/^demo: baseline of "Tide tables" .*, 5 operations$/),
      '  1.1.0  breaking  GET /stations: Found by j-1.',
      '  2.0.0  breaking  GET /stations: Found by j-2.',
      'demo: continues every 5 minutes; to list the changes: npm run tidemark -- changes "demo: tide tables"',
    ]);
    expect(calls).toEqual(['create demo: tide tables', 'sync c-1 1.0.0', 'sync c-1 1.1.0', 'sync c-1 2.0.0']);
  });

  it('uses the connection of the last start, at the new address', async () => {
    const before = { id: 'c-7', ...demoConnection('http://127.0.0.1:1/openapi.json') } as unknown as ConnectionView;
    const { api, calls } = tidemark([before]);
    const [first] = await story(api, 0);
    expect(calls).toEqual([`update c-7 ${publisher.url}`, 'sync c-7 1.0.0']);
    expect(first).toMatch(/^demo: watching "Tide tables"/);
  });

  it('leaves a connection with the right address unchanged', async () => {
    const { api, calls } = tidemark([{ id: 'c-7', ...demoConnection(publisher.url) } as unknown as ConnectionView]);
    await story(api, 0);
    expect(calls).toEqual(['sync c-7 1.0.0']);
  });

  it('says in one line why it ended early', async () => {
    const lastError = { code: 'FETCH_REFUSED', message: 'private address' };
    const { api } = tidemark([], { state: 'failed', lastError });
    expect(await story(api, 1)).toEqual(['demo: ended early: job j-0 failed: FETCH_REFUSED private address']);
  });

  it('ends silently when it is stopped', async () => {
    const stop = new AbortController();
    const lines: string[] = [];
    const print = (line: string) => {
      lines.push(line);
      stop.abort();
    };
    await runDemo({ api: tidemark().api, publisher, print, signal: stop.signal });
    expect(lines).toEqual([expect.stringMatching(/^demo: baseline/)]);
  });
});
