import { connectors, type Connector } from '@tidemark/connectors';
import { LegRunner, type Leg, type RunStage } from '@tidemark/leg-runner';
import type { Adapters, Logger, Service } from '@tidemark/platform';
import { createGuardedFetch, type GuardedFetch } from '@tidemark/resilience';
import type { PlatformSettings } from '@tidemark/config';

export type ConnectorRunnerSettings = Pick<
  PlatformSettings,
  'fetchAllow' | 'fetchMaxBytes' | 'runnerConcurrency' | 'claimTimeoutMs'
>;

/** Starts a runner of the connectors' stages. Any number may run side by side; each takes what it has room for. */
export async function startConnectorRunner(
  { broker, blobs }: Pick<Adapters, 'broker' | 'blobs'>,
  { fetchAllow, fetchMaxBytes, runnerConcurrency, claimTimeoutMs }: ConnectorRunnerSettings,
  _logger: Logger,
): Promise<Service> {
  const fetch = guardedFetch(fetchAllow, fetchMaxBytes);
  const runner = new LegRunner({
    broker,
    service: 'connector-runner',
    concurrency: runnerConcurrency,
    ackWaitMs: claimTimeoutMs,
    runStage: runStageWith(blobs, fetch),
  });
  await runner.start();
  return { stop: () => runner.stop(STOP_WITHIN_MS) };
}

function guardedFetch(allow: readonly string[], maxBytes: number): GuardedFetch {
  try {
    return createGuardedFetch({ allow, maxBytes });
  } catch (error) {
    throw new Error(`TIDEMARK_FETCH_ALLOW: ${(error as Error).message}`, { cause: error });
  }
}

/** Legs in work get this long to end; then they are given back. */
const STOP_WITHIN_MS = 2000;

const runStageWith =
  (blobs: Adapters['blobs'], fetch: GuardedFetch): RunStage =>
  (stage, leg) =>
    stageOf(connectorOf(leg), stage)({ ...contextOf(leg), blobs, fetch, now: Date.now });

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

function connectorOf({ connector: name }: Leg): Connector {
  const connector = connectors.get(name);
  if (!connector) throw new Error(`this version has no connector ${name}`);
  return connector;
}

function stageOf(connector: Connector, name: string) {
  const stage = connector.stages?.[name];
  if (!stage) throw new Error(`connector ${connector.manifest.name} has no stage ${name}`);
  return stage;
}
