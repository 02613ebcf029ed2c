import type { IntegrationPipeline, StageContext } from '@tidemark/pipelines';
import type { RecordStore, Scope } from '@tidemark/record-store';
import { Decisions, RowLedger } from '../row-ledger.js';
import { DestinationSink } from './destination-sink.js';
import { MirrorLedger } from './mirror-ledger.js';
import { RecordSink } from './record-sink.js';
import type { Sink } from './sink.js';

/** Opens every destination of the connection; without any, what it reads is kept in the record store. @throws ExternalError */
export async function openSinks(
  { destinations, open, job, now, output, blobs }: StageContext<IntegrationPipeline>,
  records: RecordStore,
): Promise<readonly Sink[]> {
  if (destinations.length === 0) return [new RecordSink(records, job, now)];
  const refusals = {
    ledger: await RowLedger.open(records.failedRows, job, now),
    decisions: await Decisions.stored(blobs, output('prepare').decisions),
  };
  return Promise.all(
    destinations.map(async (settings) => {
      const scope = ledgerScope(job, settings.name);
      const ledger = (key: readonly string[]) => new MirrorLedger(records, scope, key, now);
      return new DestinationSink(job, await open.destination(settings.name), settings, ledger, refusals);
    }),
  );
}

/** A name of its own: these are not records of the connection, but rows of a destination. */
export const ledgerScope = ({ tenant, connectionId }: Scope, destination: string): Scope => ({
  tenant,
  connectionId: `${connectionId}/${destination}`,
});
