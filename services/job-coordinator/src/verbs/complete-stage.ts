import { isFactType, TidemarkError, type ReportTaken, type StageReport } from '@tidemark/contracts';
import { takeReport } from '../actions/take-report.js';
import type { Context, Coordinator } from '../coordinator.js';

/** Takes the report of a completed stage. @throws TidemarkError STALE_CLAIM · VALIDATION_FAILED for an unknown fact */
export function completeStage(
  coordinator: Coordinator,
  context: Context,
  { changes, facts = changes ? [{ type: 'ChangesDetected', data: changes }] : [], ...report }: StageReport,
): Promise<ReportTaken> {
  const unknown = facts.find(({ type }) => !isFactType(type));
  if (unknown) throw new TidemarkError('VALIDATION_FAILED', `unknown fact "${unknown.type}"`);
  return takeReport(coordinator, context, report, (data, at) => ({
    type: 'CompleteStage',
    data: { ...data, facts, at },
  }));
}
