import { afterEach, describe, expect, it } from '@jest/globals';
import { aJob, aRunningJob, connectionId, jobId, sse } from './testing/answers.js';
import { tidemark } from './testing/command-line.js';
import { localServer, type Answer } from './testing/local-server.js';

let close = async () => {};
afterEach(() => close());

const story = [
  sse(0, 'JobCreated'),
  sse(1, 'StageClaimed', { stage: 'fetch' }),
  sse(2, 'RetryScheduled', { stage: 'fetch', error: { code: 'SOURCE_UNREACHABLE', message: 'no answer' } }),
];

async function watching(job: unknown, events: Answer) {
  const server = await localServer({
    [`POST /v1/connections/${connectionId}/jobs`]: { status: 202, body: aJob({ state: 'pending' }) },
    [`GET /v1/jobs/${jobId}`]: () => job,
    [`GET /v1/jobs/${jobId}/events`]: events,
  });
  close = server.close;
  return server.url;
}

const telling =
  (...events: string[]): Answer =>
  (_request, response) =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events.join(''));

describe('watching a job', () => {
  it('writes a line for each event where no person looks, and exits 0 when it completed', async () => {
    const url = await watching(aJob({ result: 'unchanged' }), telling(...story, sse(3, 'JobCompleted')));
    const { exitCode, stdout, stderr } = await tidemark(url, ['jobs', 'watch', jobId]);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.split('\n')).toEqual([
      '2026-03-01 08:15:00Z  The event JobCreated',
      '2026-03-01 08:15:01Z  The event StageClaimed',
      '2026-03-01 08:15:02Z  The event RetryScheduled',
      '2026-03-01 08:15:03Z  The event JobCompleted',
      'completed, unchanged in 4.2 s',
      '',
    ]);
  });

  it.each([
    ['failed', 'JobFailed'],
    ['cancelled', 'JobCancelled'],
  ] as const)('exits 1 when it %s', async (state, type) => {
    const lastError = { code: 'SOURCE_INVALID', message: 'line 3: no paths' };
    const url = await watching(aJob({ state, result: null, lastError }), telling(sse(0, type)));
    expect(await tidemark(url, ['sync', connectionId, '--watch'])).toMatchObject({ exitCode: 1 });
  });

  it('draws a progress line for a person, and lines only for what must not be missed', async () => {
    const url = await watching(aRunningJob(), telling(...story, sse(3, 'JobCompleted')));
    const { stdout, stderr } = await tidemark(url, ['jobs', 'watch', jobId], { columns: 60, env: { NO_COLOR: '1' } });
    expect(stderr).toMatch(/\r█{11}░{9} {2}57 % {2}running diff {2}/);
    for (const drawn of stderr.split('\r')) expect(drawn.replace('\u001b[K', '').length).toBeLessThan(60);
    expect(stdout.split('\n')).toEqual([
      '2026-03-01 08:15:02Z  The event RetryScheduled',
      expect.stringContaining('running'),
      '',
    ]);
    expect(stderr.endsWith('\r\u001b[K')).toBe(true);
  });

  it('draws on a terminal that does not know its width', async () => {
    const url = await watching(aRunningJob(), telling(sse(0, 'JobCompleted')));
    const { stderr } = await tidemark(url, ['jobs', 'watch', jobId], { columns: 0 });
    expect(stderr).toContain('running diff');
  });

  it('prints every event as a line of JSON, or of a sync the ended job', async () => {
    const url = await watching(aJob(), telling(...story, sse(3, 'JobCompleted')));
    const events = await tidemark(url, ['jobs', 'watch', jobId, '--json']);
    expect(
      events.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).revision),
    ).toEqual([0, 1, 2, 3]);
    const synced = await tidemark(url, ['sync', connectionId, '--watch', '--json']);
    expect(JSON.parse(synced.stdout)).toEqual(aJob());
  });

  it('leaves the job alone at Ctrl-C and says how to come back', async () => {
    const interrupt = new AbortController();
    const url = await watching(aRunningJob(), (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(story[0]);
    });
    const { exitCode, stderr } = await tidemark(url, ['jobs', 'watch', jobId], {
      signal: interrupt.signal,
      onWrite: () => interrupt.abort(),
    });
    expect([exitCode, stderr]).toEqual([130, `The job goes on: tidemark jobs watch ${jobId}\n`]);
  });
});
