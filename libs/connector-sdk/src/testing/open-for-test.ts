import { createHttpPool, retrySchedule } from '@tidemark/resilience';
import type { Connector } from '../connector.js';
import type { Destination } from '../destination.js';
import { openDestination, openSource } from '../open.js';
import type { Source } from '../source.js';
import type { Connection } from './world.js';

/** Retries without delay: back-off is tested in @tidemark/resilience. */
const retries = retrySchedule([0.001, 0.001]);

/**
 * Opens a connector on the real HTTP client, as a fresh process would, with its own pool, breakers and rate limits.
 * `await using` closes it.
 */
export async function openForTest(
  connector: Connector,
  side: 'source',
  connection: Connection,
): Promise<AsyncDisposable & { readonly source: Source }>;
export async function openForTest(
  connector: Connector,
  side: 'destination',
  connection: Connection,
): Promise<AsyncDisposable & { readonly destination: Destination }>;
export async function openForTest(
  connector: Connector,
  side: 'source' | 'destination',
  { config, credential, allow = ['127.0.0.1'], filesRoot, programs, log }: Connection,
): Promise<AsyncDisposable> {
  const pool = createHttpPool({ allow, retries });
  const options = {
    connector,
    config,
    pool,
    ...(credential && { credential }),
    ...(filesRoot && { filesRoot }),
    ...(programs && { programs }),
    ...(log && { log }),
  };
  const opened = side === 'source' ? openSource(options) : openDestination(options);
  return {
    [side]: opened,
    [Symbol.asyncDispose]: async () => {
      await opened.close();
      await pool.close();
    },
  };
}
