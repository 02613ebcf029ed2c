import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** Serves one document that can be replaced, as a dependency would. */
export async function startPublisher(document: object) {
  let current = document;
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(current));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/openapi.json`,
    publish: (next: object) => void (current = next),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** A small API; each path has a GET that answers with an object of these properties. */
export const apiOf = (version: string, paths: Record<string, string[]>) => ({
  openapi: '3.0.3',
  info: { title: 'Billing', version },
  paths: Object.fromEntries(
    Object.entries(paths).map(([path, names]) => [
      path,
      {
        get: {
          responses: {
            200: {
              description: 'ok',
              content: {
                'application/json': {
                  schema: {
                    type: 'object',
                    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
                    required: names,
                  },
                },
              },
            },
          },
        },
      },
    ]),
  ),
});
