import type { FastifyInstance } from 'fastify';
import { whenOver } from '../http/when-over.js';
import { clientAddress } from '../limits/client-address.js';
import type { EdgeLimits } from '../limits/edge-limits.js';
import type { Authenticator } from './authenticator.js';

/**
 * Rejects calls without a valid key, or with too many others of the same key, before their body is read. Goes by the matched route, not by the text of the
 * URL, which can be written in many ways.
 */
export function authenticateHttp(server: FastifyInstance, authenticator: Authenticator, limits: EdgeLimits): void {
  server.addHook('onRequest', async (request, reply) => {
    if (!request.routeOptions.url?.startsWith('/v1/')) return;
    const { headers, socket } = request;
    const text = (name: string) => (headers[name] === undefined ? undefined : String(headers[name]));
    const forwarding = { 'x-forwarded-for': text('x-forwarded-for'), forwarded: text('forwarded') };
    const address = clientAddress(socket.remoteAddress ?? '', forwarding, limits.trusted);
    request.caller = await authenticator.authenticate(headers.authorization, address);
    // Streams have a limit of their own.
    if (!request.routeOptions.url.endsWith('/events'))
      whenOver(reply.raw, socket, limits.requests.take(request.caller.keyId));
  });
}
