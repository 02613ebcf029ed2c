import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A publisher of API descriptions on the loopback: tells who fetched what, and can fail, wait, or never answer. */
export class Source {
  private readonly answers = new Map<string, Answer>();
  private readonly counts = new Map<string, number>();
  private readonly server = createServer((request, response) => this.answer(request, response));

  /** What the fetch guard must let through. */
  static readonly allow = ['127.0.0.0/8'];

  static async start(): Promise<Source> {
    const source = new Source();
    await new Promise<void>((resolve) => source.server.listen(0, '127.0.0.1', resolve));
    return source;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** Requests for the path so far. */
  fetches(path: string): number {
    return this.counts.get(path) ?? 0;
  }

  /** Publishes a document; a string as it is. */
  publish(path: string, document: object | string): void {
    const body = typeof document === 'string' ? document : JSON.stringify(document);
    this.answers.set(path, (_, response) => response.end(body));
  }

  fail(path: string, status: number): void {
    this.answers.set(path, (_, response) => response.writeHead(status).end());
  }

  /** Never answers. */
  hang(path: string): void {
    this.answers.set(path, () => undefined);
  }

  /** Answers with the document, but not before the returned function is called; that answers the later ones at once. */
  hold(path: string, document: object): () => void {
    const held: ServerResponse[] = [];
    this.answers.set(path, (_, response) => void held.push(response));
    return () => {
      this.publish(path, document);
      for (const response of held) response.end(JSON.stringify(document));
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.counts.set(path, this.fetches(path) + 1);
    const answer = this.answers.get(path);
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  }
}

/** A description whose operations depend on the version: any two versions differ, by one operation and its version. */
export const described = (version: number) => ({
  openapi: '3.0.3',
  info: { title: 'Proof', version: `${version}.0.0` },
  paths: {
    '/health': { get: { operationId: 'health', responses: { '200': { description: 'up' } } } },
    [`/things/v${version}`]: {
      get: { operationId: `thing${version}`, responses: { '200': { description: 'a thing' } } },
    },
  },
});
