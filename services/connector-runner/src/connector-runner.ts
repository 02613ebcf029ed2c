import type { Connector } from '@tidemark/connector-sdk';
import { connectors } from '@tidemark/connectors';
import { LegRunner, type Leg, type RunStage } from '@tidemark/leg-runner';
import type { Adapters, Logger, Service } from '@tidemark/platform';
import { createHttpPool, type HttpClient, type HttpPool, retrySchedule } from '@tidemark/resilience';
import type { PlatformSettings } from '@tidemark/config';

export type ConnectorRunnerSettings = Pick<
  PlatformSettings,
  'fetchAllow' | 'fetchMaxBytes' | 'runnerConcurrency' | 'claimTimeoutMs'
>;

/** Starts a runner of the connectors' stages. Any number may run side by side; each takes what it has room for. */
export async function startConnectorRunner(
  { broker, blobs }: Pick<Adapters, 'broker' | 'blobs'>,
  { fetchAllow, fetchMaxBytes, runnerConcurrency, claimTimeoutMs }: ConnectorRunnerSettings,
  logger: Logger,
): Promise<Service> {
  const pool = httpPool(fetchAllow, fetchMaxBytes, logger);
  const http = pool.client({ side: 'source', retries: NO_RETRIES });
  const runner = new LegRunner({
    broker,
    service: 'connector-runner',
    concurrency: runnerConcurrency,
    ackWaitMs: claimTimeoutMs,
    runStage: runStageWith(blobs, http),
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

const runStageWith =
  (blobs: Adapters['blobs'], http: HttpClient): RunStage =>
  async (stage, leg) =>
    stageOf(await connectorOf(leg), stage)({ ...contextOf(leg), blobs, http, now: Date.now });

const contextOf = ({ connectionId, jobId, type, config, cursor, artefacts, outputs, signal, progress }: Leg) => ({
  connectionId,
  jobId,
  jobType: type,
  config,
  cursor,
  artefacts,
  outputs,
  signal,
  progress,
});

async function connectorOf({ connector: name }: Leg): Promise<Connector> {
  const connector = connectors.get(name);
  if (!connector) throw new Error(`this version has no connector ${name}`);
  return connector.load();
}

function stageOf(connector: Connector, name: string) {
  const stage = connector.stages?.[name];
  if (!stage) throw new Error(`connector ${connector.manifest.name} has no stage ${name}`);
  return stage;
}
