import { afterEach, describe, expect, it } from '@jest/globals';
import {
  createHttpClient,
  ExternalError,
  type HttpClientOptions,
  type HttpPoolOptions,
  type HttpRequest,
} from '../index.js';
import { Servers } from '../testing/serve.js';

const servers = new Servers();
const clients: { close(): Promise<void> }[] = [];

function client(options: Partial<HttpPoolOptions & HttpClientOptions> = {}) {
  const made = createHttpClient({ side: 'source', allow: ['127.0.0.1'], random: () => 0.5, ...options });
  clients.push(made);
  return made;
}

async function failure(work: Promise<unknown>): Promise<ExternalError> {
  const outcome = await work.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(ExternalError);
  return outcome as ExternalError;
}

afterEach(async () => {
  await Promise.all(clients.splice(0).map((made) => made.close()));
  await servers.close();
});

describe('a request', () => {
  it('answers status, headers and body', async () => {
    const base = await servers.http((request, response) => {
      response.setHeader('Link', ['<a>; rel="next"', '<b>; rel="last"']);
      response.end(JSON.stringify({ url: request.url, method: request.method }));
    });
    const answer = await client().request({ url: `${base}/a?x=1`, query: { y: 2, z: ['p', 'q'], none: undefined } });
    expect(answer).toMatchObject({ status: 200, notModified: false, redirects: 0 });
    expect(answer.header('LINK')).toBe('<a>; rel="next", <b>; rel="last"');
    expect(answer.json()).toEqual({ url: '/a?x=1&y=2&z=p&z=q', method: 'GET' });
  });

  it.each([
    [400, 'Terminal', 'SOURCE_REQUEST_REFUSED'],
    [401, 'AuthExpired', 'SOURCE_AUTH_EXPIRED'],
    [403, 'Terminal', 'SOURCE_FORBIDDEN'],
    [404, 'Terminal', 'SOURCE_NOT_FOUND'],
    [410, 'Terminal', 'SOURCE_NOT_FOUND'],
    [422, 'Terminal', 'SOURCE_REQUEST_REFUSED'],
    [429, 'RateLimited', 'RATE_LIMITED'],
    [500, 'Retryable', 'SOURCE_UNREACHABLE'],
    [503, 'Retryable', 'SOURCE_UNREACHABLE'],
    [304, 'Terminal', 'SOURCE_INVALID_RESPONSE'],
  ])('fails with status %i as %s %s', async (status, name, code) => {
    const base = await servers.http((_request, response) => void response.writeHead(status).end('{"message":"no"}'));
    const request: HttpRequest = { url: `${base}/x?key=hunter2`, method: 'PATCH' };
    const words = status === 304 ? '' : ': no';
    const error = await failure(client().request(request));
    expect(error).toMatchObject({ name, code, status, message: `${base}/x answered ${status}${words}` });
  });
});
