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
import { pipelineFor } from '@tidemark/pipelines';
import type { Catalogue } from '../catalogue.js';
import { cronProblem } from '../connection/schedule.js';

/**
 * @throws TidemarkError VALIDATION_FAILED when a connector is unknown or does not accept its config, or the source
 * does not offer the pipeline
 */
export function assertConnects(
  { connectors, pipelines }: Catalogue,
  { source, pipeline, destinations = [] }: Pick<CreateConnection, 'source' | 'pipeline' | 'destinations'>,
): void {
  const manifests = Array.from(connectors.values(), ({ manifest }) => manifest);
  const sources = manifests.filter((manifest) => pipelineFor(pipelines, {}, manifest));
  const manifest = assertOneOf(sources, source, 'source');
  const offered = manifest.pipelines ?? [];
  if (pipeline !== undefined && !(offered.includes(pipeline) && pipelines.has(pipeline)))
    throw invalid([problem('pipeline', `must be one of ${offered.join(', ')}`)]);
  const kind = pipelines.get(pipeline ?? offered[0]!);
  const wrong = kind?.connectionProblems?.({ source, destinations }) ?? [];
  if (wrong.length > 0) throw invalid(wrong.map(({ field, message }) => problem(field, message)));
  assertObjects(manifest, source);
  const writable = manifests.filter(({ destination }) => destination);
  for (const [index, destination] of destinations.entries())
    assertDestination(writable, destinations.slice(0, index), destination, `destinations[${index}]`);
}

/** @throws TidemarkError VALIDATION_FAILED when the manifest lists the source's objects, and one of these is none of them */
function assertObjects({ name, source }: Manifest, { objects = [] }: Source): void {
  const known = source && source.objects !== 'configured' ? source.objects.map((object) => object.name) : undefined;
  const wrong = objects.flatMap((object, index) => {
    if (objects.indexOf(object) < index) return [problem(`source.objects[${index}]`, 'is there twice')];
    if (!known || known.includes(object)) return [];
    return [problem(`source.objects[${index}]`, `must be one of ${known.join(', ')}: ${name} has no ${object}`)];
  });
  if (wrong.length > 0) throw invalid(wrong);
}

function assertDestination(
  writable: readonly Manifest[],
  before: readonly DestinationSettings[],
  destination: DestinationSettings,
  field: string,
): void {
  const manifest = assertOneOf(writable, destination, field);
  const modes = manifest.destination?.modes ?? [];
  const { mode } = destination;
  if (mode !== undefined && !modes.includes(mode))
    throw invalid([problem(`${field}.mode`, `must be one of ${modes.join(', ')} for ${manifest.name}`)]);
  if (before.some(({ name }) => name === destination.name))
    throw invalid([problem(`${field}.name`, `is taken: another destination is already called ${destination.name}`)]);
}

/** The connector's manifest. @throws TidemarkError VALIDATION_FAILED when it is not one of these, or its config is invalid */
function assertOneOf(
  manifests: readonly Manifest[],
  { connector, config }: Pick<Source, 'connector' | 'config'>,
  field: string,
): Manifest {
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

/** @throws TidemarkError VALIDATION_FAILED when a cron expression or its time zone is invalid */
export function assertSchedule(schedule: Schedule): void {
  if (!('cron' in schedule)) return;
  const wrong = cronProblem(schedule.cron, schedule.timeZone);
  if (wrong) throw invalid([problem(`schedule.${wrong.field}`, wrong.message)]);
}
