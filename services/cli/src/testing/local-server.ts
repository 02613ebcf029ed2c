import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** How to answer a request: a handler that returns a JSON body or writes the response itself, or a status with a body. */
export type Answer =
  | ((request: SeenRequest, response: ServerResponse) => unknown)
  | { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> };

/** A real HTTP server on a free port that answers `METHOD /path` (without the query) as a test specifies. */
export async function localServer(answers: Readonly<Record<string, Answer>>) {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      const { method = '', url = '', headers } = request;
      const seen: SeenRequest = { method, url, headers, body: text === '' ? undefined : JSON.parse(text) };
      requests.push(seen);
      await respond(answers[`${method} ${url.split('?')[0]}`], seen, response);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function respond(answer: Answer | undefined, request: SeenRequest, response: ServerResponse): Promise<void> {
  if (typeof answer !== 'function') {
    const missing = { error: { code: 'NOT_FOUND', message: `no such route: ${request.url}`, requestId: 'r-404' } };
    const { status, body, headers } = answer ?? { status: 404, body: missing };
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body === undefined ? '' : JSON.stringify(body));
    return;
  }
  const body = await answer(request, response);
  if (body === undefined) return;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
