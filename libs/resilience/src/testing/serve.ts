import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';

/** Real servers on loopback addresses, all closed at once. */
export class Servers {
  readonly #open: { server: Server; sockets: Set<Socket> }[] = [];

  /** Responds as `listener` does. @returns its origin */
  http(listener: RequestListener, host = '127.0.0.1', port = 0): Promise<string> {
    return this.listen(createServer(listener), host, port);
  }

  /** Does not speak HTTP. */
  tcp(listener: (socket: Socket) => void): Promise<string> {
    return this.listen(createTcpServer((socket) => listener(socket.on('error', () => {}).resume())));
  }

  async listen(server: Server, host = '127.0.0.1', port = 0): Promise<string> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => sockets.add(socket));
    this.#open.push({ server, sockets });
    server.listen(port, host);
    await once(server, 'listening');
    return `http://${host}:${(server.address() as AddressInfo).port}`;
  }

  /** Reports every connection to the server of this origin from now on. */
  onConnection(origin: string, listener: () => void): void {
    const port = Number(new URL(origin).port);
    const found = this.#open.find(({ server }) => (server.address() as AddressInfo).port === port);
    found!.server.on('connection', listener);
  }

  async close(): Promise<void> {
    for (const { server, sockets } of this.#open.splice(0)) {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    }
  }
}
