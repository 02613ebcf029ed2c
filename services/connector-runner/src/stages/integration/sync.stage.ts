import { AuthExpired, ExternalError } from '@tidemark/resilience';
import { jobRetrySchedule } from '@tidemark/resilience/retry-schedule';
import {
  StageFailed,
  type IntegrationCursor,
  type IntegrationPipeline,
  type ObjectStart,
  type Stage,
  type StageContext,
  type SyncOutput,
} from '@tidemark/pipelines';
import { objectCursors, packed, unpacked } from './object-cursors.js';
import { partOf, progressOf, readObject } from './read-object.js';
import { retryFailed } from './retry-failed.js';
import { openSinks, type SinkNeeds } from './sinks.js';
import { DEFAULT_SLICES } from './slices.js';
import { SyncState } from './sync-state.js';

type Context = StageContext<IntegrationPipeline>;

/** Reads every object and writes it to every destination. An object that fails holds up no other. */
export const syncStage =
  (needs: SinkNeeds): Stage<IntegrationPipeline, 'sync'> =>
  async (context) => {
    const objects = await unpacked(context.output('prepare').objects, context.blobs);
    const state = await SyncState.resumed(context);
    const sinks = await openSinks(context, needs);
    const { failedRows } = context.output('prepare');
    if (failedRows) {
      await retryFailed(context, sinks, state, failedRows);
      return { output: { objects: {} }, counts: state.counts };
    }
    const source = await context.open.source();
    const known = await objectCursors(context.cursor as IntegrationCursor | null, context.blobs);
    const shares = new Map<string, number>();
    const progress = (part: string, share: number) => {
      shares.set(part, share);
      const read = [...shares.values()].reduce((sum, one) => sum + one, 0);
      context.progress({ percent: (100 * read) / objects.length, counts: { ...state.counts } });
    };
    let again: ExternalError | undefined;
    const readOne = async (start: ObjectStart): Promise<void> => {
      const part = partOf(start);
      if (state.ended[part]) return progress(part, 1);
      try {
        const cursor = start.from === 'cursor' ? (start.cursor ?? known[start.object]?.cursor) : undefined;
        const shown = (share: number) => progress(part, share);
        await readObject({ context, source, sinks, state, start, progress: shown, ...(cursor && { cursor }) });
      } catch (error) {
        context.signal.throwIfAborted();
        if (!isOfOne(error)) throw error;
        if (error.retryable && !isLastAttempt(context)) again = error;
        else endFailed(state, start, error);
      }
      progress(part, 1);
      await state.save();
    };
    await inTurns(objects, sideBySide(context), readOne);
    await state.save({ now: true });
    // What the other objects have got stays: the next attempt reads the failed ones alone.
    if (again) throw again;
    assertSome(state, objects);
    assertErrorRate(context, state);
    const ends: SyncOutput['objects'] = await packed(state.ended, context.blobs);
    return { output: { objects: ends }, counts: state.counts };
  };

/** Not of the connection as a whole, nor of Tidemark. */
const isOfOne = (error: unknown): error is ExternalError =>
  error instanceof ExternalError && !(error instanceof AuthExpired);

const isLastAttempt = ({ job }: Context) => job.attempt > jobRetrySchedule.delaysMs.length;

/** Slices of a backfill are read side by side, objects one after the other. */
const sideBySide = ({ job, parameters }: Context): number =>
  job.type === 'backfill' ? (parameters.slices ?? DEFAULT_SLICES) : 1;

/** Handles the items in order, at most so many at a time. The first failure is thrown once those in progress have ended. */
async function inTurns<T>(items: readonly T[], most: number, handle: (item: T) => Promise<void>): Promise<void> {
  const failures: unknown[] = [];
  const rest = [...items];
  const work = async (): Promise<void> => {
    for (let item = rest.shift(); item !== undefined && failures.length === 0; item = rest.shift())
      await handle(item).catch((error: unknown) => void failures.push(error));
  };
  await Promise.all(Array.from({ length: most }, work));
  if (failures.length > 0) throw failures[0];
}

function endFailed(state: SyncState, start: ObjectStart, { code, message }: ExternalError): void {
  const part = partOf(start);
  state.errors.add({ objectType: start.object, code, message });
  const { pages = 0, records = 0 } = state.open[part] ?? {};
  state.end(part, { pages, error: { code, message } });
  state.show(part, { ...progressOf(start, 'failed', records), error: { code, message } });
}

/** @throws StageFailed when every object failed: with the cause of the first */
function assertSome({ ended }: SyncState, objects: readonly ObjectStart[]): void {
  const errors = objects.map((start) => ended[partOf(start)]?.error);
  const [first] = errors;
  if (first && errors.every(Boolean)) throw new StageFailed(first.code, first.message, { retryable: false });
}

/** @throws StageFailed ERROR_RATE_EXCEEDED, before the cursor moves */
function assertErrorRate({ policies: { maxErrorRate } }: Context, { counts: { failed, processed } }: SyncState): void {
  if (maxErrorRate === undefined || processed === 0 || failed / processed <= maxErrorRate) return;
  const share = `${failed} of ${processed} objects failed`;
  throw new StageFailed('ERROR_RATE_EXCEEDED', `${share}, more than policies.maxErrorRate (${maxErrorRate}) allows`, {
    retryable: false,
  });
}
