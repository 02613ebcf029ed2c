import { connectors } from '@tidemark/connectors';
import { daemonOf } from '@tidemark/foundation';
import { stageTable } from '@tidemark/pipelines';
import { defineService } from '@tidemark/platform';
import { retrySchedule } from '@tidemark/resilience';
import { openVault } from '@tidemark/vault';
import { httpPool } from './http-pool.js';
import { openerOf } from './opener.js';
import { stagesWith } from './stages.js';

/** The HTTP client does not retry: jobs have a retry schedule of their own. */
const NO_RETRIES = retrySchedule([]);

/** Runs the stages that call external systems through connectors. */
export const connectorRunner = defineService({
  name: 'connector-runner',
  ports: ['broker', 'blobs', 'records', 'vault'],
  settings: [
    'secretKey',
    'fetchAllow',
    'fetchMaxBytes',
    'filesRoot',
    'singerAllow',
    'runnerConcurrency',
    'claimTimeoutMs',
  ],
  known: { connectors, extraStages: stageTable() },
  async build({ adapters: { records, vault: store }, settings, logger, known }) {
    const { fetchAllow, fetchMaxBytes, filesRoot, singerAllow, runnerConcurrency, claimTimeoutMs } = settings;
    const pool = httpPool(fetchAllow, fetchMaxBytes, logger);
    const http = pool.client({ side: 'source', retries: NO_RETRIES });
    const opened = await openVault(store, settings.secretKey, pool.client({ side: 'source' }));
    return {
      daemons: [daemonOf(() => ({ stop: () => pool.close() }))],
      stages: {
        table: new Map([...stagesWith({ http, records }), ...known.extraStages]),
        concurrency: runnerConcurrency,
        ackWaitMs: claimTimeoutMs,
        opener: openerOf({
          ...{ pool, connectors: known.connectors, programs: singerAllow, vault: opened?.vault },
          log: (line) => logger.log(line),
          ...(filesRoot && { filesRoot }),
        }),
      },
    };
  },
});
