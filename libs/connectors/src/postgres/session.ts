import pg from 'pg';
import type { Side } from '@tidemark/resilience';
import type { ConnectorContext } from '@tidemark/connector-sdk';
import { ConnectionLost, externalErrorOf, NoAnswer, NoLogin } from './errors.js';
import type { PostgresConfig } from './postgres.config.js';
import { beginning } from './transaction.js';
import { cancelQuery, tlsOptions } from './wire.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** The server itself ends a statement in time; after this much longer without a response it is considered lost. */
const GRACE_MS = 1000;

/** Opens sessions for one connection, as long as its server is healthy. */
export class Sessions {
  constructor(
    private readonly context: Pick<ConnectorContext<PostgresConfig>, 'breaker' | 'config' | 'login' | 'resolveHost'>,
    private readonly side: Side,
  ) {}

  /** @throws ExternalError · the signal's reason */
  async open(signal: AbortSignal): Promise<Session> {
    signal.throwIfAborted();
    const { breaker, config } = this.context;
    const open = async () => {
      try {
        return await Session.open(this.context, signal);
      } catch (error) {
        throw signal.aborted ? signal.reason : externalErrorOf(error, this.side);
      }
    };
    const code = this.side === 'source' ? 'SOURCE_UNREACHABLE' : 'DESTINATION_UNREACHABLE';
    return breaker(`${config.host}:${config.port}`).run(open, signal, code);
  }
}

/** One connection to the server. All work on it is limited in time, and ends immediately on an abort. */
export class Session {
  #lost = false;

  private constructor(
    private readonly client: pg.Client,
    private readonly address: string,
    private readonly config: PostgresConfig,
  ) {
    client.on('error', () => (this.#lost = true));
    client.on('end', () => (this.#lost = true));
  }

  static async open(
    { config, login, resolveHost }: Pick<ConnectorContext<PostgresConfig>, 'config' | 'login' | 'resolveHost'>,
    signal: AbortSignal,
  ): Promise<Session> {
    const { promise: ended, reject } = Promise.withResolvers<never>();
    let session: Session | undefined;
    const abort = () => {
      session?.destroy();
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    const connect = async () => {
      const [{ address }, secret] = await Promise.all([resolveHost(config.host, config.port), login?.()]);
      signal.throwIfAborted();
      session = new Session(new pg.Client(clientOptions(config, address, secret)), address, config);
      await session.client.connect();
      return session;
    };
    try {
      return await Promise.race([connect(), ended]);
    } catch (error) {
      session?.destroy();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Whether it is no longer usable. */
  get lost(): boolean {
    return this.#lost;
  }

  /**
   * Runs work on the client. After an abort, or without a response in time, the connection is abandoned and the
   * query is cancelled on the server. @throws what `work` throws · ConnectionLost · NoAnswer · the signal's reason
   */
  async run<T>(signal: AbortSignal, work: (client: pg.Client) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    if (this.#lost) throw new ConnectionLost();
    const { promise: ended, reject } = Promise.withResolvers<never>();
    const giveUp = (reason: unknown) => {
      this.#giveUp();
      reject(reason);
    };
    const abort = () => giveUp(signal.reason);
    const limit = this.config.statementTimeoutMs + GRACE_MS;
    const timer = setTimeout(() => giveUp(new NoAnswer(limit)), limit);
    signal.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([work(this.client), ended]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  /** Runs one statement; values are text, rows are arrays. */
  async query(signal: AbortSignal, text: string, values?: readonly (string | null)[]): Promise<Row[]> {
    const query = { text, rowMode: 'array' as const, ...(values && { values: [...values] }) };
    return (await this.run(signal, (client) => client.query<Row>(query))).rows;
  }

  /** Runs statements without values in one round trip; returns the rows of the last one. */
  async script(signal: AbortSignal, text: string): Promise<Row[]> {
    const results: unknown = await this.run(signal, (client) => client.query({ text, rowMode: 'array' }));
    const last = (Array.isArray(results) ? results.at(-1) : results) as { readonly rows: Row[] };
    return last.rows;
  }

  /** Begins a transaction; returns the rows of a further statement. */
  begin(signal: AbortSignal, characteristics: string, more?: string): Promise<Row[]> {
    const text = beginning(this.config, characteristics);
    return this.script(signal, more === undefined ? text : `${text}; ${more}`);
  }

  /**
   * Work within a transaction that looks up names in the catalogue alone: schemas of users cannot shadow its functions
   * and operators. `work` gets the schemas that the transaction itself looks up names in.
   */
  async inCatalogue<T>(signal: AbortSignal, work: (path: string) => Promise<T>): Promise<T> {
    const [row] = await this.query(signal, PATH);
    const [setting, schemas] = row as [string, string];
    await this.script(signal, 'set local search_path = pg_catalog, pg_temp');
    const result = await work(schemas);
    await this.query(signal, "select pg_catalog.set_config('search_path', $1, true)", [setting]);
    return result;
  }

  destroy(): void {
    this.#lost = true;
    streamOf(this.client).destroy();
  }

  /** Ends the session cleanly; an unresponsive server is dropped, and after an abort there is no wait. */
  async close(signal?: AbortSignal): Promise<void> {
    if (this.#lost || signal?.aborted) return this.destroy();
    const timer = setTimeout(() => this.destroy(), GRACE_MS);
    await this.client.end().catch(() => {});
    clearTimeout(timer);
  }

  #giveUp(): void {
    this.destroy();
    const { processID, secretKey } = this.client as unknown as { processID: number | null; secretKey: number };
    if (processID !== null) cancelQuery(this.config, this.address, processID, secretKey);
  }
}

export type Row = (string | null)[];

const PATH = "select pg_catalog.current_setting('search_path'), pg_catalog.current_schemas(false)";

const streamOf = (client: pg.Client) => (client as unknown as { connection: pg.Connection }).connection.stream;

type Login = { readonly username: string; readonly password: string };

/** Every option is explicit: missing ones would be taken from the process environment. */
function clientOptions(config: PostgresConfig, address: string, login: Login | undefined): pg.ClientConfig {
  const user = config.user ?? login?.username ?? '';
  if (user === '') throw new NoLogin('no user is named, neither in the config nor in a credential');
  return {
    ...{ host: address, port: config.port, database: config.database, user },
    password: async () => {
      if (!login) throw new NoLogin(`the server requires a password for ${user}, but the connection has no credential`);
      return login.password;
    },
    ssl: tlsOptions(config) ?? false,
    application_name: config.applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    types: { getTypeParser: () => (text: string) => text },
  };
}
