import { createServer, type ServerResponse } from 'node:http';
import { isReady, type Conditions, type Stoppable } from '@tidemark/foundation';
import type { Adapters } from './ports.js';
import { healthOf, publicView } from './health.js';

/** Probes are few and short: connections that say nothing take no descriptors from the stores for long. */
const MOST_CONNECTIONS = 50;
const patience = { headersTimeout: 5000, requestTimeout: 5000, connectionsCheckingInterval: 1000 };

/** `/healthz` (the process runs) and `/readyz` (its essential dependencies respond, and nothing in it is unready) for a service without an HTTP edge. */
export async function startHealthServer(
  adapters: Partial<Adapters>,
  conditions: Conditions,
  { host, httpPort }: { readonly host: string; readonly httpPort: number },
): Promise<Stoppable> {
  const server = createServer(patience, (request, response) => {
    if (request.url === '/healthz') return answer(response, 200, { status: 'up' });
    if (request.url !== '/readyz')
      return answer(response, 404, { error: { code: 'NOT_FOUND', message: 'no such page' } });
    void healthOf(adapters, conditions).then(({ conditions: wrong = [], ...health }) => {
      // Views and blobs can be waited for: an outage does not make the service unready.
      const ready = health.broker !== 'down' && health.eventStore !== 'down' && isReady(wrong);
      const degraded = wrong.length > 0 || Object.values(health).includes('down');
      const status = ready ? 'ready' : 'not ready';
      answer(response, ready ? 200 : 503, { status, degraded, ...health, conditions: publicView(wrong) });
    });
  });
  server.maxConnections = MOST_CONNECTIONS;
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
