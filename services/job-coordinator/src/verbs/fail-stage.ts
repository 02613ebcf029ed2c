import type { StageFailure } from '@tidemark/contracts';
import { takeReport } from '../actions/take-report.js';
import type { Context, Coordinator } from '../coordinator.js';

/** Takes the error that ended a stage. @throws TidemarkError STALE_CLAIM */
export const failStage = (coordinator: Coordinator, context: Context, report: StageFailure) =>
  takeReport(coordinator, context, report, (data, at) => ({
    type: 'FailStage',
    data: { ...data, random: Math.random(), at },
  }));
