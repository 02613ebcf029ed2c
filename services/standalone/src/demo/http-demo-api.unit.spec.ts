import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { httpDemoApi } from './http-demo-api.js';

let server: Server;
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Tidemark's API with a list of responses per route; the last one is repeated. */
async function serving(answers: Readonly<Record<string, readonly (string | object)[]>>) {
  const seen: string[] = [];
  server = createServer((request, response) => {
    const route = `${request.method} ${request.url}`;
    const requested = seen.filter((earlier) => earlier === route).length;
    seen.push(route);
    const all = answers[route] ?? [];
    const answer = all[Math.min(requested, all.length - 1)];
    if (answer === undefined) response.writeHead(404).end('{"error":{"code":"NOT_FOUND","message":"no such id"}}');
    else response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { api: httpDemoApi({ url, key: 'tmk_secret', signal: new AbortController().signal }), seen };
}

const event = (revision: number, type: string, data: object = {}) =>
  `id: ${revision}\ndata: ${JSON.stringify({ revision, type, at: '2026-03-01T08:15:00.000Z', data })}\n\n`;
const story =
  `retry: 1000\n\n${event(0, 'JobCreated')}: beat\n\n` +
  `${event(1, 'ChangesDetected', { bySeverity: { breaking: 1, safe: 1 } })}event: end\ndata: {}\n\n`;
const page = (...data: object[]) => ({ data, pagination: { page: 1, perPage: 200, total: data.length } });

const pending = { id: 'j-1', state: 'pending', endedAt: null };
const completed = { id: 'j-1', state: 'completed', endedAt: '2026-03-01T08:15:04.000Z' };

describe('the demo over HTTP', () => {
  it('waits for the end of its job, also when the stream of events is cut off', async () => {
    const { api, seen } = await serving({
      'POST /v1/connections/c-1/jobs': [pending],
      'GET /v1/jobs/j-1/events': ['', story],
      'GET /v1/jobs/j-1': [{ ...pending, state: 'running' }, completed],
    });
    expect(await api.createJob('c-1')).toEqual(completed);
    expect(seen).toHaveLength(5);
  });

  it('waits for the view to have all changes that the job reported, and keeps their order', async () => {
    const [first, second] = [
      { order: 0, message: 'a' },
      { order: 1, message: 'b' },
    ];
    const { api } = await serving({
      'POST /v1/connections/c-1/jobs': [pending],
      'GET /v1/jobs/j-1/events': [story],
      'GET /v1/jobs/j-1': [completed],
      'GET /v1/connections/c-1/changes?jobId=j-1&perPage=200': [page(), page(second), page(second, first)],
    });
    await api.createJob('c-1');
    expect(await api.listChanges('c-1', 'j-1')).toEqual([first, second]);
  });

  it('finds a connection by its exact name', async () => {
    const { api } = await serving({
      'GET /v1/connections?page=1&perPage=200': [page({ id: 'a', name: 'x y' }, { id: 'b', name: 'x' })],
    });
    expect(await api.findConnection('x')).toEqual({ id: 'b', name: 'x' });
    expect(await api.findConnection('y')).toBeUndefined();
  });

  it('fails with what Tidemark says', async () => {
    const { api } = await serving({});
    await expect(api.createJob('gone')).rejects.toThrow('NOT_FOUND: no such id');
  });
});
