import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { cleanJson } from '@tidemark/contracts/fields';
import { Conditions } from '@tidemark/foundation';
import { quietly, type Logger } from '@tidemark/platform';
import { Authenticator } from '../auth/authenticator.js';
import { authenticateHttp } from '../auth/http-authentication.js';
import { answerError } from '../errors/answer-error.js';
import type { EdgeLimits } from '../limits/edge-limits.js';
import { serveDocs } from '../openapi/openapi.js';
import { requestIdOf } from '../request-context.js';
import { securityHeaders } from './security-headers.js';
import { answerMalformed, guardedServer } from './guarded-server.js';

const BODY_LIMIT = 1024 * 1024;

/** The HTTP server, ready to listen. */
export async function createHttp(
  module: DynamicModule,
  logger: Logger,
  limits: EdgeLimits,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    genReqId: (request: { headers: IncomingHttpHeaders }) => requestIdOf(request.headers['x-request-id']),
    serverFactory: (handler: RequestListener) => guardedServer(handler, limits.connections),
    clientErrorHandler: answerMalformed,
    // Requests that the router rejects reach neither hooks nor filters.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      answerError(error, request, reply, logger),
    routerOptions: { maxParamLength: 500 },
    // What arrives while the server stops is still answered.
    return503OnClosing: false,
  });
  const server: FastifyInstance = adapter.getInstance();
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id).headers(securityHeaders(request.url));
  });
  server.setReplySerializer(cleanJson);
  takeBodies(server);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: quietly(logger),
    bodyParser: false,
    abortOnError: false,
  });
  leaveUnready(server, app.get(Conditions));
  authenticateHttp(server, app.get(Authenticator), limits);
  serveDocs(app);
  await app.init();
  return app;
}

/** Asks clients of an unready gateway for a new connection, which a load balancer can lead elsewhere. */
function leaveUnready(server: FastifyInstance, conditions: Conditions): void {
  server.addHook('onSend', async (_, reply) => {
    if (!conditions.ready) reply.header('connection', 'close');
  });
}

/** Bodies are JSON; those of webhooks are of any type, and stay the bytes that their signatures are made over. */
function takeBodies(server: FastifyInstance): void {
  const parse = server.getDefaultJsonParser('error', 'error');
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(['application/json', '*'], { parseAs: 'buffer' }, (request, body, done) => {
    if (request.routeOptions.url?.startsWith('/hooks/')) done(null, body);
    else if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) done(new UnsupportedType());
    // Clients often send a content type without content.
    else if (body.length === 0) done(null, undefined);
    else void parse(request, body.toString(), done);
  });
}

class UnsupportedType extends Error {
  readonly statusCode = 415;
}
