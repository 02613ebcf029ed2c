import { CircuitBreaker } from '@tidemark/resilience';
import { randomNamespace } from '@tidemark/test-kit';
import pg from 'pg';
import type { ConnectorContext } from '@tidemark/connector-sdk';
import { postgresConfig, type PostgresConfig } from '../postgres.config.js';

/** A separate schema on the server of POSTGRES_URL, with a connection as its owner. */
export class TestDatabase implements AsyncDisposable {
  readonly url = new URL(process.env.POSTGRES_URL!);
  readonly #client = new pg.Client(process.env.POSTGRES_URL);
  readonly #roles: string[] = [];

  private constructor(readonly schema: string) {}

  static async open(): Promise<TestDatabase> {
    const database = new TestDatabase(randomNamespace('pg'));
    await database.#client.connect();
    await database.#client.query(`create schema ${database.schema}; set search_path = ${database.schema}`);
    return database;
  }

  /** Rows as objects. */
  async query<T extends object = Record<string, any>>(text: string, values?: readonly unknown[]): Promise<T[]> {
    return (await this.#client.query<T>(text, values as unknown[])).rows;
  }

  /** A transaction on a separate connection, which holds its locks until it is disposed. */
  async begin(text: string): Promise<AsyncDisposable & { query(text: string): Promise<unknown> }> {
    const client = new pg.Client(process.env.POSTGRES_URL);
    await client.connect();
    await client.query(`set search_path = ${this.schema}; set deadlock_timeout = '1min'; begin; ${text}`);
    return {
      query: (more) => client.query(more),
      [Symbol.asyncDispose]: async () => {
        await client.query('commit');
        await client.end();
      },
    };
  }

  /** A role that may log in and use the schema. */
  async role(grants: string): Promise<string> {
    const role = randomNamespace('role');
    this.#roles.push(role);
    await this.query(`create role ${role} login; grant usage on schema ${this.schema} to ${role}; ${grants.replaceAll('$role', role)}`); // prettier-ignore
    return role;
  }

  /** A config for the schema, as a user would write it. */
  input(more: object = {}): Record<string, unknown> {
    const { hostname, port, pathname, username } = this.url;
    const database = { host: hostname, port: Number(port), database: pathname.slice(1), user: username };
    return { ...database, ssl: { mode: 'disable' }, searchPath: [this.schema], applicationName: this.schema, ...more };
  }

  /** The context that a connector is opened with. `password`: with a credential. */
  context(more: object = {}, password?: string): ConnectorContext<PostgresConfig> {
    const breaker = new CircuitBreaker({ target: 'the server under test' });
    return {
      config: postgresConfig.parse(this.input(more)),
      http: null as never,
      login: password === undefined ? null : async () => ({ username: 'reader', password }),
      breaker: () => breaker,
      resolveHost: async () => ({ address: '127.0.0.1', family: 4 }),
      redact: (text) => text,
      filesRoot: null,
      programs: [],
      log: () => {},
      now: Date.now,
    };
  }

  /** Queries that connectors of this schema are running. */
  async running(): Promise<string[]> {
    const rows = await this.query(`select query from pg_stat_activity where application_name = $1 and state = 'active'`, [this.schema]); // prettier-ignore
    return rows.map(({ query }) => query as string);
  }

  /** Ends the connections of connectors, as an operator or a restart does. */
  async terminate(): Promise<void> {
    await this.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
      this.schema,
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.terminate();
    await this.query(`drop schema ${this.schema} cascade`);
    for (const role of this.#roles) await this.query(`drop owned by ${role}; drop role ${role}`);
    await this.#client.end();
  }
}
