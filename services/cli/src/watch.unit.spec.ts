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

const serving =
  (...events: string[]): Answer =>
  (_request, response) =>
    void response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events.join(''));

describe('watching a job', () => {
  it('writes a line per event without a terminal, and exits with 0 when the job completed', async () => {
    const url = await watching(aJob({ result: 'unchanged' }), serving(...story, sse(3, 'JobCompleted')));
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
    const url = await watching(aJob({ state, result: null, lastError }), serving(sse(0, type)));
    expect(await tidemark(url, ['sync', connectionId, '--watch'])).toMatchObject({ exitCode: 1 });
  });

  it('draws a progress line on a terminal, and lines only for important events', async () => {
    const url = await watching(aRunningJob(), serving(...story, sse(3, 'JobCompleted')));
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

  it('draws on a terminal of unknown width', async () => {
    const url = await watching(aRunningJob(), serving(sse(0, 'JobCompleted')));
    const { stderr } = await tidemark(url, ['jobs', 'watch', jobId], { columns: 0 });
    expect(stderr).toContain('running diff');
  });

  it('prints every event as a JSON line, or the ended job of a sync', async () => {
    const url = await watching(aJob(), serving(...story, sse(3, 'JobCompleted')));
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

  it('does not affect the job on Ctrl-C and says how to watch it again', async () => {
    const interrupt = new AbortController();
    const url = await watching(aRunningJob(), (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(story[0]);
    });
    const { exitCode, stderr } = await tidemark(url, ['jobs', 'watch', jobId], {
      signal: interrupt.signal,
      onWrite: () => interrupt.abort(),
    });
    expect([exitCode, stderr]).toEqual([130, `The job continues; to watch it again: tidemark jobs watch ${jobId}\n`]);
  });
});
