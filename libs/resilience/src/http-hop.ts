import type { LookupFunction, Socket } from 'node:net';
import { buildConnector, Client, type Dispatcher } from 'undici';
import { displayUrl, FetchError } from './fetch-error.js';
import type { Target } from './fetch-target.js';

/** An answer whose body has not been read yet. */
export type Answer = Dispatcher.ResponseData;

/** One GET over one connection of its own, to an address that was checked. Ends when `ended` is aborted. */
export class HttpHop {
  #phase: 'connect' | 'tls' | 'exchange' = 'connect';
  #socket: Socket | undefined;
  readonly #connected = Promise.withResolvers<void>();
  readonly #client: Client;

  constructor(
    private readonly target: Target,
    connectTimeoutMs: number,
  ) {
    const connect = buildConnector({
      timeout: connectTimeoutMs,
      lookup: pinned(target),
      autoSelectFamily: true,
      allowH2: false,
    });
    this.#client = new Client(target.url.origin, {
      connect: (options, callback) => this.#connect(connect, options, callback),
      // The guard has its own timers: these would count in half seconds, and per phase only.
      allowH2: false,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** Resolves once the connection stands, TLS included; when it cannot, `get` rejects. */
  get connected(): Promise<void> {
    return this.#connected.promise;
  }

  /** Sends the request and resolves with status and headers. @throws FetchError */
  async get(headers: Readonly<Record<string, string>>): Promise<Answer> {
    const { pathname, search } = this.target.url;
    try {
      return await this.#client.request({ method: 'GET', path: pathname + search, headers });
    } catch (cause) {
      throw this.failure(cause);
    }
  }

  /** Closes the connection in whatever state it is. */
  close(): void {
    this.#socket?.destroy();
    this.#client.destroy().catch(() => {});
  }

  /** Names the phase in which the connection failed. */
  failure(cause: unknown): FetchError {
    if (cause instanceof FetchError) return cause;
    const where = displayUrl(this.target.url);
    const why = reason(cause);
    if (this.#phase === 'connect')
      return new FetchError('FETCH_CONNECT_FAILED', `${where}: no connection (${why})`, { cause });
    if (this.#phase === 'tls') return new FetchError('FETCH_TLS_FAILED', `${where}: TLS failed (${why})`, { cause });
    return new FetchError('FETCH_BAD_RESPONSE', `${where}: the answer cannot be read (${why})`, { cause });
  }

  #connect(connect: buildConnector.connector, options: buildConnector.Options, callback: buildConnector.Callback) {
    // undici connects again when a connection closes early; a hop has one, so that no answer comes from a second.
    if (this.#socket) return callback(new Error('connection closed before the answer'), null);
    const socket = connect(options, (...result) => {
      if (result[0] === null) {
        this.#phase = 'exchange';
        this.#connected.resolve();
      }
      callback(...result);
    }) as unknown as Socket;
    this.#socket = socket;
    if (options.protocol === 'https:') socket.once('connect', () => (this.#phase = 'tls'));
  }
}

/** Answers every lookup with the checked addresses: a name that has changed its answer since leads nowhere else. */
function pinned({ addresses }: Target): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses;
    if (options.all) callback(null, [...addresses]);
    else callback(null, first!.address, first!.family);
  };
}

/** A system or protocol error's code; its text might quote the other side. */
function reason(cause: unknown): string {
  const { code, errors } = cause as { code?: unknown; errors?: { code?: unknown }[] };
  const codes = errors ? [...new Set(errors.map((error) => error.code))] : [code];
  return codes.filter((text) => typeof text === 'string').join(', ') || 'unknown cause';
}
