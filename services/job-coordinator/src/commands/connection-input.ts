import { configProblems } from '@tidemark/connector-sdk/manifest';
import { connectors, pipelineOf } from '@tidemark/connectors';
import { TidemarkError, type FieldProblem, type Schedule, type Source } from '@tidemark/contracts';
import { cronProblem } from '../connection/schedule.js';

/** @throws TidemarkError VALIDATION_FAILED when the connector is not known or does not accept the config */
export function assertSource({ connector, config }: Source): void {
  const manifest = connectors.get(connector)?.manifest;
  if (!manifest?.pipeline) {
    const known = [...connectors.keys()].filter((name) => pipelineOf(name));
    throw invalid([{ field: 'source.connector', message: `is not one of ${known.join(', ')}` }]);
  }
  const problems = configProblems(manifest, config);
  if (problems.length > 0)
    throw invalid(
      problems.map(({ field, message }) => ({ field: field ? `source.config.${field}` : 'source.config', message })),
    );
}

/** @throws TidemarkError VALIDATION_FAILED when a cron expression or its time zone is wrong */
export function assertSchedule(schedule: Schedule): void {
  if (!('cron' in schedule)) return;
  const problem = cronProblem(schedule.cron, schedule.timeZone);
  if (problem) throw invalid([{ field: `schedule.${problem.field}`, message: problem.message }]);
}

const invalid = (fields: readonly FieldProblem[]) =>
  new TidemarkError('VALIDATION_FAILED', fields.map(({ field, message }) => `${field} ${message}`).join('; '), {
    fields,
  });
