import type { IntegrationPipeline, StageContext } from '@tidemark/pipelines';
import type { RecordStore, Scope } from '@tidemark/record-store';
import { mappingOf, type MaskingKeyOf } from '../mappings.js';
import { Decisions, RowLedger } from '../row-ledger.js';
import { DestinationSink } from './destination-sink.js';
import { MirrorLedger } from './mirror-ledger.js';
import { RecordSink } from './record-sink.js';
import type { Sink } from './sink.js';

export interface SinkNeeds {
  readonly records: RecordStore;
  readonly maskingKey: MaskingKeyOf;
  /** Whether connections of the connector can have backfills, beside which other jobs write. */
  readsWindows(connector: string): boolean;
}

/** Opens every destination of the connection; without any, what it reads is kept in the record store. @throws ExternalError */
export async function openSinks(
  { destinations, open, job, now, output, source, blobs }: StageContext<IntegrationPipeline>,
  { records, maskingKey, readsWindows }: SinkNeeds,
): Promise<readonly Sink[]> {
  // Other jobs go on beside a backfill: what they have written since it began is newer.
  const beganAt = job.type === 'backfill' ? Date.parse(output('prepare').startedAt) : undefined;
  if (destinations.length === 0) return [new RecordSink(records, job, now, beganAt)];
  const refusals = {
    ledger: await RowLedger.open(records.failedRows, job, now),
    decisions: await Decisions.stored(blobs, output('prepare').decisions),
  };
  return Promise.all(
    destinations.map(async (settings) => {
      const scope = ledgerScope(job, settings.name);
      const mapping = await mappingOf(settings, () => maskingKey(job));
      return new DestinationSink(job, await open.destination(settings.name), settings, {
        ledger: (key) => new MirrorLedger(records, scope, key, now, beganAt),
        refusals,
        isShared: readsWindows(source.connector),
        ...(mapping && { mapping }),
      });
    }),
  );
}

/** A name of its own: these are not records of the connection, but rows of a destination. */
export const ledgerScope = ({ tenant, connectionId }: Scope, destination: string): Scope => ({
  tenant,
  connectionId: `${connectionId}/${destination}`,
});
