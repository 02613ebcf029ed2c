import type { Counts } from '@tidemark/contracts';
import { StageFailed, type IntegrationPipeline, type ObjectEnd, type StageContext } from '@tidemark/pipelines';
import type { RecordStore } from '@tidemark/record-store';
import { ExternalError } from '@tidemark/resilience';
import { ErrorList } from './row-errors.js';
import type { Mirrored, Sink } from './sink.js';

type Context = StageContext<IntegrationPipeline>;

const PAGE = 1000;
/** Of a smaller object any number may go at once. */
const FEW = 100;
const DEFAULT_MAX_DELETES = 0.3;

/** How many rows each object lost in the sink that lost most. */
type Gone = { readonly [object: string]: number };

/**
 * Deletes from mirrors and the record store what a job that has read whole objects has not seen of them. Nothing is
 * deleted of an object that failed, or of which some records could not be used: they may be among the unseen.
 * @returns the job's counts with these
 * @throws StageFailed TOO_MANY_DELETES, before anything is deleted · ExternalError of a required sink
 */
export async function deleteGone(
  context: Context,
  records: RecordStore,
  sinks: readonly Sink[],
  ends: { readonly [object: string]: ObjectEnd },
): Promise<Pick<Counts, 'deleted' | 'failed'>> {
  const { job, counts, resumeFrom } = context;
  const before = (resumeFrom?.cursor['before'] as Pick<Counts, 'deleted' | 'failed'> | undefined) ?? {
    deleted: counts.deleted,
    failed: counts.failed,
  };
  const mirrors = sinks.flatMap(({ name, required, mirrored }) => (mirrored ? [{ name, required, mirrored }] : []));
  const whole = Object.entries(ends)
    .filter(([, end]) => isComplete(end))
    .map(([object]) => object);
  const unseen = (mirrored: Mirrored, object: string) =>
    records.countUnseen({ ...mirrored.scope, jobId: job.id, object });
  const gone = (resumeFrom?.cursor['gone'] as Gone | undefined) ?? (await countGone(context, whole, mirrors, unseen));
  if (Object.keys(gone).length === 0) return before;
  // Counted before the first is deleted: a successor finds fewer.
  if (!resumeFrom) await context.checkpoint({ cursor: { before: { ...before }, gone } });
  const errors = new ErrorList();
  let [deleted, failed] = [before.deleted, before.failed];
  for (const [object, count] of Object.entries(gone)) {
    let left = 0;
    for (const mirror of mirrors) {
      await deleteUnseen(context, records, mirror, object, errors);
      if (mirror.required) left = Math.max(left, (await unseen(mirror.mirrored, object)).unseen);
    }
    deleted += count - left;
    failed += left;
  }
  const listed = await errors.store(context.blobs);
  const after = { deleted, failed };
  if (listed) await context.checkpoint({ cursor: { before: { ...before }, gone }, counts: after, errors: listed });
  return after;
}

/** The whole object was read, and every record could be used. */
export const isComplete = ({ isWhole, problems, error }: ObjectEnd) => isWhole === true && !problems && !error;

interface Mirror {
  readonly name: string;
  readonly required: boolean;
  readonly mirrored: Mirrored;
}

/** What cannot be deleted stays unseen: the next whole read offers it again. */
async function deleteUnseen(
  { job, now, signal }: Context,
  records: RecordStore,
  { name, required, mirrored }: Mirror,
  object: string,
  errors: ErrorList,
): Promise<void> {
  const { scope } = mirrored;
  for (let after = ''; ;) {
    signal.throwIfAborted();
    const gone = await records.listUnseen({ ...scope, jobId: job.id, object, after, limit: PAGE });
    if (gone.length === 0) return;
    const results = await mirrored.delete({ object, jobId: job.id, gone }, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      if (required || !(error instanceof ExternalError)) throw error;
      errors.add({ objectType: object, destination: name, code: error.code, message: error.message });
    });
    if (!results) return;
    const done = gone.filter((_, at) => results[at]!.status !== 'failed').map(({ externalId }) => externalId);
    for (const [at, result] of results.entries()) {
      if (result.status !== 'failed') continue;
      const { code, message, field } = result;
      const { externalId } = gone[at]!;
      errors.add({ objectType: object, externalId, destination: name, ...(field && { field }), code, message });
    }
    after = gone.at(-1)!.externalId;
    if (done.length === 0) continue;
    const marks = done.map((externalId) => ({ externalId, data: {}, deleted: true }));
    await records.write({
      ...scope,
      id: `${job.id}-gone-${done[0]!}`,
      jobId: job.id,
      object,
      records: marks,
      at: now(),
    });
  }
}

async function countGone(
  { policies: { maxDeletes = DEFAULT_MAX_DELETES } }: Context,
  objects: readonly string[],
  mirrors: readonly Mirror[],
  count: (mirrored: Mirrored, object: string) => Promise<{ readonly total: number; readonly unseen: number }>,
): Promise<Gone> {
  const gone: { [object: string]: number } = {};
  for (const object of objects)
    for (const { mirrored } of mirrors) {
      const { total, unseen } = await count(mirrored, object);
      if (total > FEW && unseen / total > maxDeletes)
        throw new StageFailed(
          'TOO_MANY_DELETES',
          `${unseen} of ${total} ${object} are gone from the source, more than policies.maxDeletes (${maxDeletes}) ` +
            'allows: look at the source, or raise the policy for one run',
          { retryable: false },
        );
      if (unseen > 0) gone[object] = Math.max(gone[object] ?? 0, unseen);
    }
  return gone;
}
