import type { FastifyInstance } from 'fastify';
import type { Authenticator } from './authenticator.js';

/**
 * Answers calls without a good key before their body is read. By the route that was matched, not by the text of the
 * URL, which may be written in many ways.
 */
export function authenticateHttp(server: FastifyInstance, authenticator: Authenticator): void {
  server.addHook('onRequest', async (request) => {
    if (!request.routeOptions.url?.startsWith('/v1/')) return;
    request.caller = await authenticator.authenticate(request.headers.authorization, request.ip);
  });
}
