import { expect } from '@jest/globals';
import { FakeClock } from '@tidemark/test-kit';
import {
  createHttpPool,
  ExternalError,
  type HttpClient,
  type HttpClientOptions,
  type HttpPool,
  type HttpPoolOptions,
  retrySchedule,
} from '../index.js';
import { Servers } from './serve.js';

/** Real servers on loopback, pools that may call them, and a clock that the test moves. `close` ends them all. */
export class HttpWorld {
  readonly servers = new Servers();
  readonly clock = new FakeClock();
  readonly #pools: HttpPool[] = [];

  /** No retries and no jitter by default; time is the system's unless `clock` is given. */
  pool(options: HttpPoolOptions = {}): HttpPool {
    const pool = createHttpPool({ allow: ['127.0.0.1'], random: () => 0.5, retries: retrySchedule([]), ...options });
    this.#pools.push(pool);
    return pool;
  }

  client(options: HttpPoolOptions & Partial<HttpClientOptions> = {}): HttpClient {
    return this.pool(options).client({ side: 'source', ...options });
  }

  async close(): Promise<void> {
    await Promise.all(this.#pools.splice(0).map((pool) => pool.close()));
    await this.servers.close();
  }
}

/** The external error that a promise rejects with. */
export async function failure(work: Promise<unknown>): Promise<ExternalError> {
  const outcome = await work.then(
    () => 'no error',
    (error: unknown) => error,
  );
  expect(outcome).toBeInstanceOf(ExternalError);
  return outcome as ExternalError;
}
