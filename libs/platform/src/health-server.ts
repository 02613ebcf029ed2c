import { createServer, type ServerResponse } from 'node:http';
import type { Stoppable } from '@tidemark/foundation';
import type { Adapters } from './adapters.js';
import { healthOf } from './health.js';

/** `/healthz` (the process runs) and `/readyz` (its essential dependencies respond) for a service without an HTTP edge. */
export async function startHealthServer(
  adapters: Partial<Adapters>,
  { host, httpPort }: { readonly host: string; readonly httpPort: number },
): Promise<Stoppable> {
  const server = createServer((request, response) => {
    if (request.url === '/healthz') return answer(response, 200, { status: 'up' });
    if (request.url !== '/readyz')
      return answer(response, 404, { error: { code: 'NOT_FOUND', message: 'no such page' } });
    void healthOf(adapters).then((health) => {
      // Views and blobs can be waited for: an outage does not make the service unready.
      const ready = health.broker !== 'down' && health.eventStore !== 'down';
      answer(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not ready', ...health });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(httpPort, host, resolve);
  });
  return {
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
