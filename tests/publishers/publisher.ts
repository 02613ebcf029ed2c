import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Publishes one API description on the loopback, whatever path is asked for. */
export class Publisher {
  /** Requests so far. */
  requests = 0;
  /** What is published now. */
  body = '';
  private held: ServerResponse[] | undefined;
  private readonly server = createServer((_, response) => {
    this.requests += 1;
    if (this.held) this.held.push(response);
    else response.end(this.body);
  });

  /** The setting that lets it be fetched although it is private. */
  static readonly allow = '127.0.0.1';

  static async start(version = 1): Promise<Publisher> {
    const publisher = new Publisher();
    publisher.publish(version);
    publisher.server.listen(0, '127.0.0.1');
    await once(publisher.server, 'listening');
    return publisher;
  }

  url(query = ''): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/openapi.json${query}`;
  }

  /** The source of a connection to it. */
  source(query = ''): object {
    return { connector: 'openapi', config: { url: this.url(query) } };
  }

  /** Any two versions differ: each has an operation of its own beside a common one. */
  publish(version: number): void {
    const operation = { responses: { '200': { description: 'well' } } };
    this.body = JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'Harbour', version: `${version}.0.0` },
      paths: { '/berths': { get: operation }, [`/pilots/v${version}`]: { get: operation } },
    });
  }

  /** Answers nobody until the returned function is called. */
  hold(): () => void {
    this.held = [];
    return () => {
      const waiting = this.held ?? [];
      this.held = undefined;
      for (const response of waiting) response.end(this.body);
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
