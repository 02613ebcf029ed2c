import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { aJob, aRunningJob, jobId, sse } from '../testing/answers.js';
import { localServer, type Answer } from '../testing/local-server.js';
import { Api } from './api.js';
import { followJob, type FollowOptions } from './job-events.js';

let close = async () => {};
afterEach(() => close());

const fast = 'retry: 1\n\n';
const begin = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/event-stream' });

/** A server whose n-th response to the event stream is the n-th of these; the last one repeats. */
async function streaming(connections: readonly Answer[], job: unknown = aJob()) {
  let at = 0;
  const server = await localServer({
    [`GET /v1/jobs/${jobId}/events`]: (request, response) => {
      const answer = connections[Math.min(at++, connections.length - 1)]!;
      if (typeof answer === 'function') return answer(request, response);
      response.writeHead(answer.status, answer.headers).end(answer.body && JSON.stringify(answer.body));
      return undefined;
    },
    [`GET /v1/jobs/${jobId}`]: () => job,
  });
  close = server.close;
  const resumedAfter = () =>
    server.requests.filter(({ url }) => url.endsWith('/events')).map(({ headers }) => headers['last-event-id']);
  return { api: new Api(server.url, 'tmk_secret'), server, resumedAfter };
}

async function revisions(api: Api, options?: FollowOptions) {
  const seen: number[] = [];
  for await (const { revision } of followJob(api, jobId, options)) seen.push(revision);
  return seen;
}

const answer =
  (...texts: string[]): Answer =>
  (_request, response) => {
    begin(response).end(texts.join(''));
  };

describe('following a job', () => {
  it('ends with the event that ends the job, though the stream stays open', async () => {
    const { api, server } = await streaming([
      (_request, response) => void begin(response).write(sse(0, 'JobCreated') + sse(1, 'JobFailed')),
    ]);
    expect(await revisions(api)).toEqual([0, 1]);
    expect(server.requests[0]!.headers).toMatchObject({
      accept: 'text/event-stream',
      authorization: 'Bearer tmk_secret',
    });
  });

  it('resumes after the last whole event when the connection breaks in the middle of one', async () => {
    const { api, resumedAfter } = await streaming([
      (_request, response) => {
        const half = sse(2, 'StageCompleted').slice(0, -10);
        begin(response).write(fast + sse(0, 'JobCreated') + sse(1, 'StageClaimed') + half, () => response.destroy());
      },
      answer(sse(2, 'StageCompleted'), sse(3, 'JobCompleted')),
    ]);
    expect(await revisions(api)).toEqual([0, 1, 2, 3]);
    expect(resumedAfter()).toEqual([undefined, '1']);
  });

  it('yields an event once even if the server repeats it', async () => {
    const { api } = await streaming([
      answer(fast, sse(0, 'JobCreated'), sse(1, 'StageClaimed')),
      answer(sse(0, 'JobCreated'), sse(1, 'StageClaimed'), sse(2, 'JobCancelled')),
    ]);
    expect(await revisions(api)).toEqual([0, 1, 2]);
  });

  it('continues while Tidemark restarts: temporary refusals are retried', async () => {
    const unavailable = { status: 503, body: { error: { code: 'EVENT_STORE_UNAVAILABLE', message: 'down' } } };
    const { api, resumedAfter } = await streaming([
      answer(fast, sse(0, 'JobCreated')),
      unavailable,
      (_request, response) => void response.destroy(),
      answer(sse(1, 'JobCompleted')),
    ]);
    expect(await revisions(api)).toEqual([0, 1]);
    expect(resumedAfter()).toEqual([undefined, '0', '0', '0']);
  });

  it('reads the remaining events after a clean end before it considers the job ended', async () => {
    const { api } = await streaming([
      answer(fast, sse(0, 'JobCreated')),
      answer(sse(1, 'StageClaimed')),
      answer(': nothing more\n\n'),
    ]);
    expect(await revisions(api)).toEqual([0, 1]);
  });

  it('ignores keep-alives and live progress, which have no revision', async () => {
    const { api } = await streaming([
      answer(': keep-alive\n\nevent: progress\ndata: {"percent":3}\n\n', sse(0, 'JobCreated'), sse(1, 'JobCompleted')),
    ]);
    expect(await revisions(api)).toEqual([0, 1]);
  });

  it('ends when the server says so, and for a job that had already ended', async () => {
    const ended = await streaming([answer(sse(0, 'JobCreated'), sse(1, 'JobArchived'), 'event: end\ndata: {}\n\n')]);
    expect(await revisions(ended.api)).toEqual([0, 1]);
    expect(ended.server.requests).toHaveLength(1);
    await close();
    const nothingNew = await streaming([{ status: 204 }]);
    expect(await revisions(nothingNew.api)).toEqual([]);
  });

  it('fails at once when Tidemark refuses permanently', async () => {
    const body = { error: { code: 'NOT_FOUND', message: 'no such job', requestId: 'r-1' } };
    const { api, server } = await streaming([{ status: 404, body }]);
    await expect(revisions(api)).rejects.toMatchObject({ code: 'NOT_FOUND', exitCode: 3 });
    expect(server.requests).toHaveLength(1);
  });

  it('gives up when Tidemark is unreachable for too long', async () => {
    const { api, server } = await streaming([answer(fast, sse(0, 'JobCreated'))], aRunningJob());
    await server.close();
    await expect(revisions(api, { giveUpMs: 0 })).rejects.toMatchObject({ code: 'UNREACHABLE', exitCode: 5 });
  });

  it('does not count the silence of a quiet job as time without contact', async () => {
    const { api, resumedAfter } = await streaming([
      (_request, response) => {
        begin(response).write(fast + sse(0, 'JobCreated'));
        // Long enough for the limit below to have passed since the last event.
        setTimeout(() => response.write(': beat\n\n', () => response.destroy()), 20);
      },
      answer(sse(1, 'JobCompleted')),
    ]);
    expect(await revisions(api, { giveUpMs: 10 })).toEqual([0, 1]);
    expect(resumedAfter()).toEqual([undefined, '0']);
  });

  it('ends without an error when aborted', async () => {
    const stop = new AbortController();
    const { api } = await streaming([(_request, response) => void begin(response).write(sse(0, 'JobCreated'))]);
    const seen: number[] = [];
    for await (const { revision } of followJob(api, jobId, { signal: stop.signal })) {
      seen.push(revision);
      stop.abort();
    }
    expect(seen).toEqual([0]);
  });
});
