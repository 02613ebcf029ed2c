import type { FastifyInstance } from 'fastify';
import type { Authenticator } from './authenticator.js';

/**
 * Rejects calls without a valid key before their body is read. Goes by the matched route, not by the text of the
 * URL, which can be written in many ways.
 */
export function authenticateHttp(server: FastifyInstance, authenticator: Authenticator): void {
  server.addHook('onRequest', async (request) => {
    if (!request.routeOptions.url?.startsWith('/v1/')) return;
    request.caller = await authenticator.authenticate(request.headers.authorization, request.ip);
  });
}
