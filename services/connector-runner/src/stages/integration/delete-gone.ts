import type { Counts } from '@tidemark/contracts';
import { StageFailed, type IntegrationPipeline, type ObjectEnd, type StageContext } from '@tidemark/pipelines';
import type { RecordStore } from '@tidemark/record-store';

type Context = StageContext<IntegrationPipeline>;

const PAGE = 1000;
/** Of a smaller object any number may go at once. */
const FEW = 100;
const DEFAULT_MAX_DELETES = 0.3;

/**
 * Deletes from the record store what a job that has read whole objects has not seen of them. Nothing is deleted of an
 * object that failed, or of which some records could not be used: they may be among the unseen.
 * @returns the job's counts with these
 * @throws StageFailed TOO_MANY_DELETES, before anything is deleted
 */
export async function deleteGone(
  context: Context,
  records: RecordStore,
  ends: { readonly [object: string]: ObjectEnd },
): Promise<Pick<Counts, 'deleted'>> {
  const { job, destinations, counts, now, resumeFrom, signal } = context;
  const before = (resumeFrom?.cursor['before'] as number | undefined) ?? counts.deleted;
  if (destinations.length > 0) return { deleted: before };
  const scope = { tenant: job.tenant, connectionId: job.connectionId, jobId: job.id };
  const whole = Object.entries(ends)
    .filter(([, { isWhole, problems, error }]) => isWhole && !problems && !error)
    .map(([object]) => object);
  const gone =
    (resumeFrom?.cursor['gone'] as { [object: string]: number } | undefined) ??
    (await countGone(context, whole, (object) => records.countUnseen({ ...scope, object })));
  const deleted = before + Object.values(gone).reduce((sum, count) => sum + count, 0);
  if (deleted === before) return { deleted };
  // Counted before the first is deleted: whoever goes on after a crash finds fewer.
  if (!resumeFrom) await context.checkpoint({ cursor: { before, gone }, counts: { deleted } });
  for (const object of Object.keys(gone))
    while ((await records.deleteUnseen({ ...scope, object, limit: PAGE, at: now() })).length > 0)
      signal.throwIfAborted();
  return { deleted };
}

async function countGone(
  { policies: { maxDeletes = DEFAULT_MAX_DELETES } }: Context,
  objects: readonly string[],
  count: (object: string) => Promise<{ readonly total: number; readonly unseen: number }>,
): Promise<{ [object: string]: number }> {
  const gone: { [object: string]: number } = {};
  for (const object of objects) {
    const { total, unseen } = await count(object);
    if (total > FEW && unseen / total > maxDeletes)
      throw new StageFailed(
        'TOO_MANY_DELETES',
        `${unseen} of ${total} ${object} are gone from the source, more than policies.maxDeletes (${maxDeletes}) allows: ` +
          'look at the source, or raise the policy for one run',
        { retryable: false },
      );
    if (unseen > 0) gone[object] = unseen;
  }
  return gone;
}
