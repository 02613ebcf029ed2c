import type { IntegrationCursor, IntegrationPipeline, StageContext } from '@tidemark/pipelines';
import type { RecordStore } from '@tidemark/record-store';
import { scopeOf } from '../row-ledger.js';
import { ledgerScope } from './sinks.js';

type Context = Pick<StageContext<IntegrationPipeline>, 'job' | 'destinations' | 'cursor'>;

/**
 * Whether the record store was restored from an older copy, or emptied, since the connection's cursor was committed: what
 * the cursor says was read is not there. Readers of the feed have to begin anew then.
 * @throws RecordStoreUnavailable
 */
export async function isRecordStoreOlder(context: Context, records: RecordStore): Promise<boolean> {
  const { mark } = (context.cursor ?? {}) as Partial<IntegrationCursor>;
  if (mark === undefined) return false;
  let isOlder = false;
  for (const scope of scopesOf(context)) {
    if ((await records.marks(scope)).includes(mark)) continue;
    await records.invalidateCursors(scope);
    isOlder = true;
  }
  return isOlder;
}

/** Notes in the record store that it has what the job read; before the cursor is committed. @throws RecordStoreUnavailable */
export async function markRecords(context: Context, records: RecordStore): Promise<void> {
  for (const scope of scopesOf(context)) await records.mark(scope, context.job.id);
}

/** What the connection has in the record store: its records, or what it knows of its mirrors. */
function scopesOf({ job, destinations }: Context) {
  if (destinations.length === 0) return [scopeOf(job)];
  return destinations.filter(({ mode }) => mode === 'mirror').map(({ name }) => ledgerScope(job, name));
}
