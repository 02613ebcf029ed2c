import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { described } from './descriptions.js';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const PATH = '/openapi.json';

/** Publishes API descriptions on the loopback: counts requests by path, and can fail, wait, or never respond. */
export class Publisher {
  /** The address that the fetch guard must allow. */
  static readonly allow = ['127.0.0.0/8'];

  readonly #answers = new Map<string, Answer>();
  readonly #counts = new Map<string, number>();
  readonly #server = createServer((request, response) => this.#answer(request, response));

  /**
   * @param document the document at the default path
   * @param port waits until it is free. Default: any free one
   */
  static async start(document: object = described(1), port = 0): Promise<Publisher> {
    const publisher = new Publisher();
    publisher.publish(document);
    await listen(publisher.#server, port);
    return publisher;
  }

  /** @param path may have a query, which does not affect the response */
  url(path = PATH): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  /** The source settings of a connection to it. */
  source(path = PATH): object {
    return { connector: 'openapi', config: { url: this.url(path) } };
  }

  /** Requests for the path so far. */
  fetches(path = PATH): number {
    return this.#counts.get(path) ?? 0;
  }

  /** A string is published as it is. */
  publish(document: object | string, path = PATH): void {
    this.#answers.set(path, (_, response) => response.end(textOf(document)));
  }

  fail(status: number, path = PATH): void {
    this.#answers.set(path, (_, response) => response.writeHead(status).end());
  }

  /** Never responds. */
  hang(path = PATH): void {
    this.#answers.set(path, () => undefined);
  }

  /** Responds with the document once the returned function is called; later requests get it at once. */
  hold(document: object, path = PATH): () => void {
    const held: ServerResponse[] = [];
    this.#answers.set(path, (_, response) => void held.push(response));
    return () => {
      this.publish(document, path);
      for (const response of held) response.end(textOf(document));
    };
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url!.split('?')[0]!;
    this.#counts.set(path, this.fetches(path) + 1);
    const answer = this.#answers.get(path);
    if (answer) answer(request, response);
    else response.writeHead(404).end();
  }
}

/** The tests of another checkout may use the port for a while. */
async function listen(server: Server, port: number): Promise<void> {
  for (;;) {
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening');
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const textOf = (document: object | string) => (typeof document === 'string' ? document : JSON.stringify(document));
