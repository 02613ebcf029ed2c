import type { PlatformSettings } from '@tidemark/config';
import { openDestination, openSource } from '@tidemark/connector-sdk';
import { connectors as ownConnectors, type ListedConnector } from '@tidemark/connectors';
import type { Source } from '@tidemark/contracts';
import { LegRunner, type ConnectorOpener } from '@tidemark/leg-runner';
import { StageFailed, type StageTable } from '@tidemark/pipelines';
import type { Adapters, Logger, Service } from '@tidemark/platform';
import { createHttpPool, type HttpPool, retrySchedule } from '@tidemark/resilience';
import { stagesWith } from './stages.js';

export type ConnectorRunnerSettings = Pick<
  PlatformSettings,
  'fetchAllow' | 'fetchMaxBytes' | 'runnerConcurrency' | 'claimTimeoutMs'
>;

/** What a runner knows besides what this version brings. */
export interface RunnerExtras {
  readonly stages?: StageTable;
  readonly connectors?: ReadonlyMap<string, ListedConnector>;
}

/** Starts a runner of the connectors' stages. Any number may run side by side; each takes what it has room for. */
export async function startConnectorRunner(
  { broker, blobs }: Pick<Adapters, 'broker' | 'blobs'>,
  { fetchAllow, fetchMaxBytes, runnerConcurrency, claimTimeoutMs }: ConnectorRunnerSettings,
  logger: Logger,
  extra: RunnerExtras = {},
): Promise<Service> {
  const pool = httpPool(fetchAllow, fetchMaxBytes, logger);
  const http = pool.client({ side: 'source', retries: NO_RETRIES });
  const runner = new LegRunner({
    ...{ broker, blobs, service: 'connector-runner' },
    ...{ concurrency: runnerConcurrency, ackWaitMs: claimTimeoutMs },
    stages: new Map([...stagesWith(http), ...(extra.stages ?? [])]),
    opener: openerOf(pool, new Map([...ownConnectors, ...(extra.connectors ?? [])])),
  });
  await runner.start();
  return { stop: () => runner.stop(STOP_WITHIN_MS).finally(() => pool.close()) };
}

function httpPool(allow: readonly string[], maxBytes: number, logger: Logger): HttpPool {
  try {
    return createHttpPool({
      ...{ allow, maxBytes },
      onBreakerChange: ({ target, from, to, cause }) => logger.log(`breaker of ${target}: ${from} → ${to} (${cause})`),
    });
  } catch (error) {
    throw new Error(`TIDEMARK_FETCH_ALLOW: ${(error as Error).message}`, { cause: error });
  }
}

/** A job is tried again by its own schedule. */
const NO_RETRIES = retrySchedule([]);
/** Legs in work get this long to end; then they are given back. */
const STOP_WITHIN_MS = 2000;

/** Opens the connectors that stages read from and write to. */
function openerOf(pool: HttpPool, connectors: ReadonlyMap<string, ListedConnector>): ConnectorOpener {
  const optionsFor = async ({ connector: name, config }: Source) => {
    const connector = connectors.get(name);
    if (!connector) throw new StageFailed('CONNECTOR_UNKNOWN', `this version of the runner has no connector ${name}`);
    return { connector: await connector.load(), config, pool };
  };
  return {
    source: async (settings) => openSource(await optionsFor(settings)),
    destination: async (settings) => openDestination(await optionsFor(settings)),
  };
}
