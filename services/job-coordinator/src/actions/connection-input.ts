import { configProblems, type Manifest } from '@tidemark/connector-sdk/manifest';
import {
  invalid,
  problem,
  type CreateConnection,
  type DestinationSettings,
  type Schedule,
  type Source,
} from '@tidemark/contracts';
import { refusedTextIn, TEXT_RULE } from '@tidemark/contracts/fields';
import { pipelineFor, type Pipeline } from '@tidemark/pipelines';
import type { Catalogue } from '../catalogue.js';
import { scheduleProblem } from '../connection/schedule.js';

/**
 * @returns the pipeline that the connection's jobs run
 * @throws TidemarkError VALIDATION_FAILED when a connector is unknown or does not accept its config, the source does
 * not offer the pipeline or an object, or the pipeline and the destinations do not fit
 */
export function assertConnects(
  { connectors, pipelines }: Catalogue,
  { source, pipeline, destinations = [] }: Pick<CreateConnection, 'source' | 'pipeline' | 'destinations'>,
): Pipeline {
  const manifests = Array.from(connectors.values(), ({ manifest }) => manifest);
  const sources = manifests.filter((manifest) => pipelineFor(pipelines, {}, manifest));
  const manifest = assertOneOf(sources, source, 'source');
  const offered = manifest.pipelines ?? [];
  if (pipeline !== undefined && !(offered.includes(pipeline) && pipelines.has(pipeline)))
    throw invalid([problem('pipeline', `must be one of ${offered.join(', ')}`)]);
  assertObjects(manifest, source.objects);
  const chosen = pipelineFor(pipelines, { ...(pipeline !== undefined && { pipeline }) }, manifest)!;
  if (destinations.length > 0 && !chosen.writes)
    throw invalid([problem('destinations', `must be empty: the pipeline ${chosen.kind} writes to no destination`)]);
  const wrong = chosen.connectionProblems?.({ source, destinations }) ?? [];
  if (wrong.length > 0) throw invalid(wrong.map(({ field, message }) => problem(field, message)));
  const writable = manifests.filter(({ destination }) => destination);
  for (const [index, destination] of destinations.entries())
    assertDestination(writable, destinations.slice(0, index), destination, `destinations[${index}]`);
  return chosen;
}

/** Of sources that know their objects without being asked. */
function assertObjects({ source }: Manifest, objects: readonly string[] | undefined): void {
  if (objects === undefined || source === undefined || source.objects === 'configured') return;
  const offered = source.objects.map(({ name }) => name);
  for (const [index, name] of objects.entries()) {
    const field = `source.objects[${index}]`;
    if (!offered.includes(name)) throw invalid([problem(field, `must be one of ${offered.join(', ')}`)]);
    if (objects.indexOf(name) < index) throw invalid([problem(field, `is named twice: ${name}`)]);
  }
}

function assertDestination(
  writable: readonly Manifest[],
  before: readonly DestinationSettings[],
  destination: DestinationSettings,
  field: string,
): void {
  const { destination: offered } = assertOneOf(writable, destination, field);
  if (destination.mode !== undefined && !offered!.modes.includes(destination.mode))
    throw invalid([problem(`${field}.mode`, `must be one of ${offered!.modes.join(', ')}`)]);
  if (before.some(({ name }) => name === destination.name))
    throw invalid([problem(`${field}.name`, `is taken: another destination is already called ${destination.name}`)]);
}

/** The connector's manifest. @throws TidemarkError VALIDATION_FAILED when it is not one of these, or its config is invalid */
function assertOneOf(manifests: readonly Manifest[], { connector, config }: Source, field: string): Manifest {
  const manifest = manifests.find(({ name }) => name === connector);
  if (!manifest) {
    const known = manifests.map(({ name }) => name);
    throw invalid([problem(`${field}.connector`, `must be one of ${known.join(', ')}`)]);
  }
  const refused = refusedTextIn(config, `${field}.config`);
  if (refused !== undefined) throw invalid([problem(refused, TEXT_RULE)]);
  const problems = configProblems(manifest, config);
  if (problems.length > 0)
    throw invalid(
      problems.map((one) => problem(one.field ? `${field}.config.${one.field}` : `${field}.config`, one.message)),
    );
  return manifest;
}

/** @throws TidemarkError VALIDATION_FAILED when a cron expression, a time zone or a window is invalid */
export function assertSchedule(schedule: Schedule, now: number): void {
  const wrong = scheduleProblem(schedule, now);
  if (wrong) throw invalid([problem(`schedule.${wrong.field}`, wrong.message)]);
}
