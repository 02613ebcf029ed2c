import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IssueTracker } from './issue-tracker.js';
import { edition } from './tide-tables.js';

const EVERY_MS = 15_000;

export interface PublisherOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** Milliseconds between two versions. Default 15,000; 0: only `advance` publishes. */
  readonly everyMs?: number;
  /** Answers below `/repos`. Absent: 404. */
  readonly tracker?: IssueTracker;
}

export interface DemoPublisher {
  /** The URL of the description. */
  readonly url: string;
  readonly port: number;
  /** The currently published version. */
  readonly version: string;
  /** Publishes the next version now. */
  advance(): void;
  /** Resolves once another version than this one is published. Rejects when `signal` is aborted. */
  newerThan(version: string, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

interface Publication {
  readonly version: string;
  readonly body: Buffer;
  readonly etag: string;
  readonly lastModified: string;
}

/**
 * Publishes the description of a sample API that keeps changing, at `/openapi.json`, with ETag, Last-Modified and
 * 304. Starts at version 1.0.0. @throws when the port is not available
 */
export async function startDemoPublisher(options: PublisherOptions = {}): Promise<DemoPublisher> {
  const { host = '127.0.0.1', port = 0, everyMs = EVERY_MS, tracker } = options;
  let count = 0;
  let current = publish(count);
  let change = Promise.withResolvers<void>();
  const server = createServer((request, response) => {
    if (tracker && request.url?.startsWith('/repos/')) return answerTracker(tracker, request, response);
    answer(current, request, response);
  });
  server.listen(port, host);
  await once(server, 'listening');
  const advance = () => {
    current = publish(++count);
    change.resolve();
    change = Promise.withResolvers();
  };
  const timer = everyMs > 0 ? setInterval(advance, everyMs).unref() : undefined;
  const { port: bound } = server.address() as AddressInfo;
  return {
    port: bound,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}/openapi.json`,
    get version() {
      return current.version;
    },
    advance,
    async newerThan(version, signal) {
      const aborted = Promise.withResolvers<never>();
      const abort = () => aborted.reject(signal.reason);
      aborted.promise.catch(() => {});
      signal.addEventListener('abort', abort);
      try {
        signal.throwIfAborted();
        while (current.version === version) await Promise.race([change.promise, aborted.promise]);
      } finally {
        signal.removeEventListener('abort', abort);
      }
    },
    async close() {
      clearInterval(timer);
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

function publish(count: number): Publication {
  const { version, document } = edition(count);
  const body = Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { version, body, etag, lastModified: new Date().toUTCString() };
}

function answerTracker(tracker: IssueTracker, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url!, `http://${request.headers.host ?? 'localhost'}`);
  const { status, body, headers } = tracker.answer(request.method!, url);
  response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

function answer(publication: Publication, request: IncomingMessage, response: ServerResponse): void {
  const { body, etag, lastModified } = publication;
  const [path] = (request.url ?? '').split('?');
  if (path !== '/openapi.json') return void response.writeHead(404).end();
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return void response.writeHead(405, { allow: 'GET, HEAD' }).end();
  const validators = { etag, 'last-modified': lastModified, 'cache-control': 'no-cache' };
  if (isKnown(publication, request)) return void response.writeHead(304, validators).end();
  response.writeHead(200, { ...validators, 'content-type': 'application/json', 'content-length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Whether the client has this version already: RFC 9110, 13.2.2. */
function isKnown({ etag, lastModified }: Publication, { headers }: IncomingMessage): boolean {
  const tags = headers['if-none-match'];
  if (tags !== undefined) return tags.split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));
  const since = headers['if-modified-since'];
  return since !== undefined && Date.parse(since) >= Date.parse(lastModified);
}
