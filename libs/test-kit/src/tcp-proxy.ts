import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

export type Direction = 'to_server' | 'to_client';

/** `pass` forwards · `cut` resets every connection and refuses new ones · `hang` keeps connections silent · `delay` is slow. */
export type ProxyMode = 'pass' | 'cut' | 'hang' | 'delay';

export interface TcpProxy {
  readonly host: string;
  readonly port: number;
  readonly mode: ProxyMode;
  /** Open client connections. */
  readonly connections: number;
  /** The given URL with the proxy's host and port in place of the server's. */
  url(target: string): string;
  pass(): void;
  cut(): void;
  /** Bytes wait in the direction named (default: both) until the mode changes; nothing is lost. */
  hang(direction?: Direction | 'both'): void;
  /** Every chunk arrives this many milliseconds later, in order. */
  delay(milliseconds: number): void;
  /** Resets the connection that next carries bytes in this direction, instead of forwarding them; resolves then. */
  cutOnNext(direction: Direction): Promise<void>;
  close(): Promise<void>;
}

/** A proxy on a free loopback port in front of `target`: `host:port` or any URL that has both. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { hostname, port } = new URL(target.includes('://') ? target : `tcp://${target}`);
  if (!hostname || !port) throw new TypeError(`target: expected host:port or a URL with a port, got ${target}`);
  const proxy = new Proxy(hostname, Number(port));
  await proxy.listen();
  return proxy;
}

class Proxy implements TcpProxy {
  readonly host = '127.0.0.1';
  mode: ProxyMode = 'pass';
  #hung: Direction | 'both' = 'both';
  #milliseconds = 0;
  readonly #server: Server;
  readonly #lanes = new Set<Lane>();
  readonly #traps = new Map<Direction, () => void>();

  constructor(
    private readonly targetHost: string,
    private readonly targetPort: number,
  ) {
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, this.host);
    await once(this.#server, 'listening');
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get connections(): number {
    return this.#lanes.size / 2;
  }

  url(target: string): string {
    return target.replace(/^([a-z+]+:\/\/(?:[^@/?]*@)?)[^/?]+/i, `$1${this.host}:${this.port}`);
  }

  pass(): void {
    this.#switchTo('pass');
  }

  cut(): void {
    this.#switchTo('cut');
    for (const lane of this.#lanes) lane.reset();
  }

  hang(direction: Direction | 'both' = 'both'): void {
    this.#hung = direction;
    this.#switchTo('hang');
  }

  delay(milliseconds: number): void {
    this.#milliseconds = milliseconds;
    this.#switchTo('delay');
  }

  cutOnNext(direction: Direction): Promise<void> {
    return new Promise((resolve) => this.#traps.set(direction, resolve));
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #switchTo(mode: ProxyMode): void {
    this.mode = mode;
    for (const lane of this.#lanes) lane.flush();
  }

  #accept(client: Socket): void {
    if (this.mode === 'cut') {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ host: this.targetHost, port: this.targetPort, allowHalfOpen: true });
    client.setNoDelay(true);
    upstream.setNoDelay(true);
    for (const lane of [new Lane(this, 'to_server', client, upstream), new Lane(this, 'to_client', upstream, client)]) {
      this.#lanes.add(lane);
      lane.from.on('close', () => this.#lanes.delete(lane));
    }
  }

  isHung(direction: Direction): boolean {
    return this.mode === 'hang' && (this.#hung === 'both' || this.#hung === direction);
  }

  lag(): number {
    return this.mode === 'delay' ? this.#milliseconds : 0;
  }

  springs(direction: Direction): boolean {
    const trap = this.#traps.get(direction);
    this.#traps.delete(direction);
    trap?.();
    return trap !== undefined;
  }
}

/** One direction of one connection: an ordered queue of chunks (null is the end) with the time each is due. */
class Lane {
  readonly #queue: { chunk: Buffer | null; due: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly proxy: Proxy,
    private readonly direction: Direction,
    readonly from: Socket,
    private readonly to: Socket,
  ) {
    from.on('data', (chunk: Buffer) => this.#take(chunk));
    from.on('end', () => this.#take(null));
    from.on('error', () => this.reset());
    from.on('close', () => this.to.destroySoon());
    to.on('drain', () => this.flush());
  }

  reset(): void {
    clearTimeout(this.#timer);
    for (const socket of [this.from, this.to]) {
      if (socket.connecting) socket.destroy();
      else socket.resetAndDestroy();
    }
  }

  #take(chunk: Buffer | null): void {
    if (chunk && this.proxy.springs(this.direction)) return this.reset();
    this.#queue.push({ chunk, due: Date.now() + this.proxy.lag() });
    this.flush();
  }

  /** Forwards due chunks; stops reading when the receiver is slow or the lane hangs, so memory stays bounded. */
  flush(): void {
    clearTimeout(this.#timer);
    while (this.#queue.length > 0 && !this.proxy.isHung(this.direction) && !this.to.writableNeedDrain) {
      const { chunk, due } = this.#queue[0]!;
      const wait = Math.min(due - Date.now(), this.proxy.lag());
      if (wait > 0) {
        this.#timer = setTimeout(() => this.flush(), wait);
        break;
      }
      this.#queue.shift();
      if (this.to.destroyed) continue;
      if (chunk) this.to.write(chunk);
      else this.to.end();
    }
    if (this.proxy.isHung(this.direction) || this.to.writableNeedDrain) this.from.pause();
    else this.from.resume();
  }
}
