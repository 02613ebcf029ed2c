import type { Socket } from 'node:net';
import { systemClock, type Clock } from '@tidemark/foundation';
import { addressGroup, type TrustedProxies } from './client-address.js';

/** How long a connection may take to send its first request. */
const SILENT_MS = 10_000;
/** How long a refused connection has to read its answer. */
const LINGER_MS = 1000;
/** A connection that was accepted just now has had no chance to send anything. */
const FRESH_MS = 20;

interface Connection {
  readonly socket: Socket;
  readonly protocol: Protocol;
  readonly group: string;
  readonly since: number;
  /** Requests in progress. */
  busy: number;
  spoke: boolean;
}

/** The limit that was reached. */
export type Limit = 'all' | 'address';

/** How connections of a protocol are refused. */
export interface Protocol {
  readonly refusal: (limit: Limit) => Uint8Array | string;
  /** Whether one that was admitted, and is silent, can still be answered so. */
  readonly canRefuseLater: boolean;
}

export interface ConnectionLimitsOptions {
  /** Of all servers together. */
  readonly max: number;
  /** Their connections are those of many callers, and have no limit of their own. */
  readonly trusted: TrustedProxies;
  readonly clock?: Clock;
  /** A time in milliseconds that never steps back. */
  readonly now?: () => number;
}

/**
 * The connections of the servers of this process. At a limit, the one that has been idle for longest makes room: those
 * that never sent a request first. A new one is refused only where all others have requests in progress.
 */
export class ConnectionLimits {
  /** The ones that are idle for longest first. */
  readonly #open = new Set<Connection>();
  readonly #byPeer = new Map<string, Connection>();
  readonly #perGroup = new Map<string, number>();
  readonly #max: number;
  readonly #maxPerAddress: number;
  readonly #trusted: TrustedProxies;
  readonly #clock: Clock;
  readonly #now: () => number;
  readonly #maxLingering: number;
  #lingering = 0;

  constructor({ max, trusted, clock = systemClock, now = () => performance.now() }: ConnectionLimitsOptions) {
    this.#now = now;
    this.#max = max;
    this.#maxLingering = Math.max(8, max / 3);
    this.#maxPerAddress = Math.ceil(max / 2);
    this.#trusted = trusted;
    this.#clock = clock;
  }

  /** Whether a connection of a server may stay; otherwise it is answered and closed. */
  admit(socket: Socket, protocol: Protocol): boolean {
    const address = socket.remoteAddress;
    // Gone before it was accepted.
    if (address === undefined) return false;
    const group = addressGroup(address);
    const full = this.#trusted.includes(address) || (this.#perGroup.get(group) ?? 0) < this.#maxPerAddress;
    if (!full && !this.#makeRoom('address', group)) return this.#refuse(socket, protocol, 'address');
    if (this.#open.size >= this.#max && !this.#makeRoom('all')) return this.#refuse(socket, protocol, 'all');
    this.#keep({ socket, protocol, group, since: this.#now(), busy: 0, spoke: false });
    return true;
  }

  /**
   * A request on a connection has begun; to be called when it has ended.
   * @param port of the server
   * @param peer `address:port` of the other side
   */
  begin(port: number | undefined, peer: string): () => void {
    const connection = this.#byPeer.get(keyOf(port, peer));
    if (!connection) return () => {};
    connection.busy += 1;
    connection.spoke = true;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      connection.busy -= 1;
      // Idle from now on: the last to make room.
      if (connection.busy === 0 && this.#open.delete(connection)) this.#open.add(connection);
    };
  }

  #keep(connection: Connection): void {
    const { socket, group } = connection;
    const key = keyOf(socket.localPort, peerOf(socket));
    // One for each request in progress.
    socket.setMaxListeners(0);
    this.#open.add(connection);
    this.#byPeer.set(key, connection);
    this.#perGroup.set(group, (this.#perGroup.get(group) ?? 0) + 1);
    const silent = this.#clock.setTimeout(() => connection.spoke || socket.destroy(), SILENT_MS);
    socket.once('close', () => {
      this.#clock.clearTimeout(silent);
      if (this.#byPeer.get(key) === connection) this.#byPeer.delete(key);
      this.#forget(connection);
    });
  }

  #forget(connection: Connection): void {
    if (!this.#open.delete(connection)) return;
    const left = this.#perGroup.get(connection.group)! - 1;
    if (left === 0) this.#perGroup.delete(connection.group);
    else this.#perGroup.set(connection.group, left);
  }

  #makeRoom(limit: Limit, group?: string): boolean {
    let idle: Connection | undefined;
    for (const connection of this.#open) {
      if (connection.busy > 0 || (group !== undefined && connection.group !== group)) continue;
      if (connection.spoke) idle ??= connection;
      else if (this.#now() - connection.since >= FRESH_MS) return this.#close(connection, limit);
    }
    return idle !== undefined && this.#close(idle, limit);
  }

  #close(connection: Connection, limit: Limit): true {
    const { socket, protocol, spoke } = connection;
    this.#forget(connection);
    if (spoke || !protocol.canRefuseLater) socket.destroy();
    else {
      // Its request may be on the way: it must not be served after it was refused.
      socket.pause();
      this.#answer(socket, protocol.refusal(limit), this.#maxLingering / 2);
    }
    return true;
  }

  #refuse(socket: Socket, protocol: Protocol, limit: Limit): false {
    // Read to the end: unread bytes would turn the answer into a reset.
    socket.resume();
    this.#answer(socket, protocol.refusal(limit), this.#maxLingering);
    return false;
  }

  /** @param most how many may be waited for meanwhile; any more are cut off */
  #answer(socket: Socket, answer: Uint8Array | string, most: number): void {
    if (this.#lingering >= most) return void socket.destroy();
    this.#lingering += 1;
    const timer = this.#clock.setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('close', () => {
      this.#lingering -= 1;
      this.#clock.clearTimeout(timer);
    });
    socket.on('error', () => {});
    socket.end(answer);
  }
}

/** The same peer may be connected to several servers. */
const keyOf = (port: number | undefined, peer: string) => `${port} ${peer}`;

export const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress}:${remotePort}`;
