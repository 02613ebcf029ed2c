import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy whose target can be exchanged; that breaks its connections. */
export class Switch {
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((client) => this.#accept(client));

  private constructor(private target: string) {}

  /** `target`: a URL with host and port. */
  static async to(target: string): Promise<Switch> {
    const created = new Switch(target);
    created.#server.listen(0, '127.0.0.1');
    await once(created.#server, 'listening');
    return created;
  }

  /** The URL, with the address of the proxy. */
  url(target: string): string {
    const { port } = this.#server.address() as AddressInfo;
    return target.replace(/\/\/[^/?]+/, `//127.0.0.1:${port}`);
  }

  switchTo(target: string): void {
    this.target = target;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(client: Socket): void {
    const { hostname: host, port } = new URL(this.target);
    const server = connect({ host, port: Number(port) });
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from);
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on('error', () => {});
      from.pipe(to);
    }
  }
}
