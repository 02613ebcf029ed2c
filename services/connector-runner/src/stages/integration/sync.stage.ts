import type { RecordStore } from '@tidemark/record-store';
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
import { objectCursors, packed } from './object-cursors.js';
import { readObject } from './read-object.js';
import { openSinks } from './sinks.js';
import { SyncState } from './sync-state.js';

type Context = StageContext<IntegrationPipeline>;

/** Reads every object and writes it to every destination. An object that fails holds up no other. */
export const syncStage =
  (records: RecordStore): Stage<IntegrationPipeline, 'sync'> =>
  async (context) => {
    const { objects } = context.output('prepare');
    const state = await SyncState.resumed(context);
    const sinks = await openSinks(context, records);
    const source = await context.open.source();
    const known = await objectCursors(context.cursor as IntegrationCursor | null, context.blobs);
    let again: ExternalError | undefined;
    for (const [index, start] of objects.entries()) {
      if (state.ended[start.object]) continue;
      const progress = (share: number) => context.progress({ percent: (100 * (index + share)) / objects.length });
      try {
        const { cursor } = (start.from === 'cursor' && known[start.object]) || {};
        await readObject({ context, source, sinks, state, start, progress, ...(cursor && { cursor }) });
      } catch (error) {
        context.signal.throwIfAborted();
        if (!isOfOne(error)) throw error;
        if (error.retryable && !isLastAttempt(context)) again = error;
        else endFailed(state, start, error);
      }
      await state.save();
    }
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

function endFailed(state: SyncState, { object }: ObjectStart, { code, message }: ExternalError): void {
  const current = state.current?.object === object ? state.current : undefined;
  state.errors.add({ objectType: object, code, message });
  state.end(object, { pages: current?.pages ?? 0, error: { code, message } });
}

/** @throws StageFailed when every object failed: with the cause of the first */
function assertSome({ ended }: SyncState, objects: readonly ObjectStart[]): void {
  const errors = objects.map(({ object }) => ended[object]?.error);
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
