import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import { uuidv7 } from '@tidemark/foundation';
import type { ErrorBody } from '../errors/error-body.js';
import { peerOf, type ConnectionLimits } from '../limits/connection-limits.js';
import { http } from '../limits/refusals.js';
import { whenOver } from './when-over.js';

const timing: ServerOptions = {
  // A stream of a job's events may last for hours; a client may not take long to send its request.
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 72_000,
  connectionsCheckingInterval: 1000,
};

/** An HTTP server whose connections are limited. */
export function guardedServer(handler: RequestListener, limits: ConnectionLimits): Server {
  const server = createServer(timing, handler);
  const listeners = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    if (limits.admit(socket, http)) for (const listen of listeners) listen.call(server, socket);
  });
  server.on('request', ({ socket }, response) =>
    whenOver(response, socket, limits.begin(socket.localPort, peerOf(socket))),
  );
  return server;
}

const statusOf: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
};

/** Answers what is not HTTP, too large or too slow, in the shape of all errors; nothing of it is repeated. */
export function answerMalformed(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = statusOf[error.code ?? ''] ?? '400 Bad Request';
  const message = `the request is malformed: ${status.slice(4).toLowerCase()}`;
  const body = JSON.stringify({
    error: { code: 'VALIDATION_FAILED', message, requestId: uuidv7() },
  } satisfies ErrorBody);
  const head = ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`, 'connection: close'];
  socket.end([`HTTP/1.1 ${status}`, ...head, '', body].join('\r\n'));
}
