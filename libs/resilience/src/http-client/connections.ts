import type { LookupFunction, Socket } from 'node:net';
import { Agent, buildConnector, type Dispatcher, Pool } from 'undici';
import { parseAddress } from '../address.js';
import type { AllowList } from '../allow-list.js';
import { displayUrl, FetchError } from '../fetch-error.js';
import { type Resolve, resolveTarget, type Target } from '../fetch-target.js';

/** A response whose body has not been read yet. */
export type Answer = Dispatcher.ResponseData;

export interface Outgoing {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string | undefined;
}

export interface ConnectionOptions {
  readonly allow: AllowList;
  readonly resolve: Resolve;
  /** DNS, TCP and TLS together. */
  readonly connectTimeoutMs: number;
  /** How long an idle connection is kept for the next call. */
  readonly keepAliveMs: number;
}

/**
 * Connections that are kept for the next call, by origin. Each is opened to an address that was checked just before,
 * and to no other: a name that changes its answer gets a new check with its next connection.
 */
export class Connections {
  readonly #agent: Agent;
  readonly #opening = new Set<Socket>();

  constructor(private readonly options: ConnectionOptions) {
    this.#agent = new Agent({
      factory: (origin, settings) => new Pool(origin, { ...settings, connect: this.#connector(new URL(origin)) }),
      // Callers have timers of their own: these would count in half seconds, and per phase only.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: options.keepAliveMs,
      allowH2: false,
    });
  }

  /** Sends a request and resolves with status and headers. Ends when the signal is aborted. @throws FetchError */
  async send(url: URL, { method, headers, body }: Outgoing, signal: AbortSignal): Promise<Answer> {
    const path = url.pathname + url.search;
    try {
      return await this.#agent.request({
        ...{ origin: url.origin, path, signal, headers, body: body ?? null },
        method: method as Dispatcher.HttpMethod,
      });
    } catch (cause) {
      signal.throwIfAborted();
      throw failure(cause, url);
    }
  }

  /** Closes all of them, in any state. */
  async close(): Promise<void> {
    for (const socket of this.#opening) socket.destroy(new Error('the pool was closed'));
    await this.#agent.destroy();
  }

  #connector(url: URL): buildConnector.connector {
    const { allow, resolve, connectTimeoutMs } = this.options;
    const lookup = checkedLookup(() => resolveTarget(url, allow, resolve));
    const connect = buildConnector({ timeout: 0, lookup, autoSelectFamily: true, allowH2: false });
    return (options, callback) => {
      let phase: 'connect' | 'tls' = 'connect';
      const open = () => {
        const late = new FetchError(
          'FETCH_CONNECT_FAILED',
          `${url.origin}: no connection after ${connectTimeoutMs} ms`,
        );
        const timer = setTimeout(() => socket.destroy(late), connectTimeoutMs);
        const socket = connect(options, (error, connected) => {
          clearTimeout(timer);
          this.#opening.delete(socket);
          if (error) callback(connectFailure(error, phase, url), null);
          else callback(null, connected!);
        }) as unknown as Socket;
        this.#opening.add(socket);
        if (options.protocol === 'https:') socket.once('connect', () => (phase = 'tls'));
      };
      // A literal address is not looked up.
      if (!parseAddress(url.hostname)) return open();
      resolveTarget(url, allow, resolve).then(open, (error: Error) => callback(error, null));
    };
  }
}

/** Answers a socket's lookup with addresses that were checked just now: it connects to these and to no others. */
function checkedLookup(check: () => Promise<Target>): LookupFunction {
  return (_hostname, options, callback) => {
    check().then(
      ({ addresses: [...all] }) => {
        if (options.all) callback(null, all);
        else callback(null, all[0]!.address, all[0]!.family);
      },
      (error: Error) => callback(error, '', 0),
    );
  };
}

/** Describes a failure on an open connection, or passes on the error of its opening. */
export function failure(cause: unknown, url: URL): Error {
  if (cause instanceof FetchError) return cause;
  const where = displayUrl(url);
  const why = reason(cause);
  if (why === 'UND_ERR_INVALID_ARG')
    return new FetchError('FETCH_BAD_REQUEST', `${where}: the request has a header or method that is not valid HTTP`);
  // No cause: an HTTP parser's error quotes the response.
  return new FetchError('FETCH_BAD_RESPONSE', `${where}: the response cannot be read (${why})`);
}

function connectFailure(cause: Error, phase: 'connect' | 'tls', url: URL): FetchError {
  if (cause instanceof FetchError) return cause;
  return phase === 'connect'
    ? new FetchError('FETCH_CONNECT_FAILED', `${url.origin}: no connection (${reason(cause)})`, { cause })
    : new FetchError('FETCH_TLS_FAILED', `${url.origin}: TLS failed (${reason(cause)})`, { cause });
}

/** A system or protocol error's code; its text might quote the server. */
function reason(cause: unknown): string {
  const { code, errors } = cause as { code?: unknown; errors?: { code?: unknown }[] };
  const codes = errors ? [...new Set(errors.map((error) => error.code))] : [code];
  return codes.filter((text) => typeof text === 'string').join(', ') || 'unknown cause';
}
