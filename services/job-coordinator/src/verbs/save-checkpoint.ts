import type { CheckpointReport } from '@tidemark/contracts';
import { takeReport } from '../actions/take-report.js';
import type { Context, Coordinator } from '../coordinator.js';

/** Takes a checkpoint inside a stage. @throws TidemarkError STALE_CLAIM */
export const saveCheckpoint = (coordinator: Coordinator, context: Context, report: CheckpointReport) =>
  takeReport(coordinator, context, report, (data, at) => ({ type: 'SaveCheckpoint', data: { ...data, at } }));
