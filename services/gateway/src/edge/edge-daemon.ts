import type { Daemon } from '@tidemark/foundation';

export interface EdgeOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** How long requests in progress may run on when the edge is stopped, in milliseconds. */
  readonly drainMs: number;
}

/** A server for callers. Its start throws an Error of code EADDRINUSE when the port is taken. */
export interface EdgeDaemon extends Daemon {
  /** `host:port`; empty until it has started. */
  readonly address: string;
}

export const addressOf = (host: string, port: number) => `${host.includes(':') ? `[${host}]` : host}:${port}`;
