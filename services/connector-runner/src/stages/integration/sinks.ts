import type { IntegrationPipeline, StageContext } from '@tidemark/pipelines';
import type { RecordStore, Scope } from '@tidemark/record-store';
import { DestinationSink } from './destination-sink.js';
import { MirrorLedger } from './mirror-ledger.js';
import { RecordSink } from './record-sink.js';
import type { Sink } from './sink.js';

/**
 * Opens every destination of the connection; without any, what it reads is kept in the record store.
 * @param isShared other jobs of the connection may write to them at the same time
 * @throws ExternalError
 */
export async function openSinks(
  { destinations, open, job, now, output }: StageContext<IntegrationPipeline>,
  records: RecordStore,
  isShared = false,
): Promise<readonly Sink[]> {
  // Other jobs go on beside a backfill: what they have written since it began is newer.
  const beganAt = job.type === 'backfill' ? Date.parse(output('prepare').startedAt) : undefined;
  if (destinations.length === 0) return [new RecordSink(records, job, now, beganAt)];
  return Promise.all(
    destinations.map(async (settings) => {
      const scope = ledgerScope(job, settings.name);
      const ledger = (key: readonly string[]) => new MirrorLedger(records, scope, key, now, beganAt);
      return new DestinationSink(job, await open.destination(settings.name), settings, ledger, isShared);
    }),
  );
}

/** A name of its own: these are not records of the connection, but rows of a destination. */
export const ledgerScope = ({ tenant, connectionId }: Scope, destination: string): Scope => ({
  tenant,
  connectionId: `${connectionId}/${destination}`,
});
