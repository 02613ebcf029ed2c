import type { Socket } from 'node:net';
import { systemClock, type Clock } from '@tidemark/foundation';
import { addressGroup, type TrustedProxies } from './client-address.js';

/** How long a connection may take to send its first request. */
const SILENT_MS = 10_000;
/** How long a refused connection has to read its answer. */
const LINGER_MS = 1000;
const MOST_LINGERING = 32;

interface Connection {
  readonly socket: Socket;
  readonly group: string;
  /** Requests in progress. */
  busy: number;
  spoke: boolean;
}

/** Answers a connection that is refused, in the words of its protocol. */
export type Refusal = (socket: Socket, why: 'all' | 'address') => Uint8Array | string;

export interface ConnectionLimitsOptions {
  /** Of all servers together. */
  readonly max: number;
  /** Their connections are those of many callers, and have no limit of their own. */
  readonly trusted: TrustedProxies;
  readonly clock?: Clock;
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
  #lingering = 0;

  constructor({ max, trusted, clock = systemClock }: ConnectionLimitsOptions) {
    this.#max = max;
    this.#maxPerAddress = Math.ceil(max / 2);
    this.#trusted = trusted;
    this.#clock = clock;
  }

  /** Whether a connection of a server may stay; otherwise it is answered and closed. */
  admit(socket: Socket, refusal: Refusal): boolean {
    const address = socket.remoteAddress;
    // Gone before it was accepted.
    if (address === undefined) return false;
    const group = addressGroup(address);
    const full = this.#trusted.includes(address) || (this.#perGroup.get(group) ?? 0) < this.#maxPerAddress;
    if (!full && !this.#makeRoom((one) => one.group === group)) return this.#refuse(socket, refusal(socket, 'address'));
    if (this.#open.size >= this.#max && !this.#makeRoom(() => true))
      return this.#refuse(socket, refusal(socket, 'all'));
    this.#keep({ socket, group, busy: 0, spoke: false });
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

  #makeRoom(among: (connection: Connection) => boolean): boolean {
    let idle: Connection | undefined;
    for (const connection of this.#open) {
      if (connection.busy > 0 || !among(connection)) continue;
      if (!connection.spoke) return this.#close(connection);
      idle ??= connection;
    }
    return idle !== undefined && this.#close(idle);
  }

  #close(connection: Connection): true {
    this.#forget(connection);
    connection.socket.destroy();
    return true;
  }

  #refuse(socket: Socket, answer: Uint8Array | string): false {
    if (this.#lingering >= MOST_LINGERING) socket.destroy();
    else {
      this.#lingering += 1;
      const timer = this.#clock.setTimeout(() => socket.destroy(), LINGER_MS);
      socket.once('close', () => {
        this.#lingering -= 1;
        this.#clock.clearTimeout(timer);
      });
      socket.on('error', () => {});
      // Read to the end: unread bytes would turn the answer into a reset.
      socket.resume();
      socket.end(answer);
    }
    return false;
  }
}

/** The same peer may be connected to several servers. */
const keyOf = (port: number | undefined, peer: string) => `${port} ${peer}`;

export const peerOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress}:${remotePort}`;
