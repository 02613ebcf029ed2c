import { listOf, shaped } from '../fields/field-type.js';
import { CheckProjection, Health, Nothing, ProjectionStatus, RebuildProjection } from '../shapes/operations.js';
import { verb, verbsOf } from './verb.js';

/** Verbs that every service answers. */
export const healthVerbsOf = (service: string) =>
  verbsOf(service, {
    ping: verb({
      input: Nothing,
      output: shaped(() => Health),
      summary: "Whether the service's dependencies respond",
    }),
  });

/** Verbs of every service that owns views. */
export const projectionVerbsOf = (service: string) =>
  verbsOf(service, {
    projections: verb({
      input: Nothing,
      output: listOf(shaped(() => ProjectionStatus)),
      summary: 'The views that the service owns',
    }),
    'check-projection': verb({
      input: CheckProjection,
      output: shaped(() => ProjectionStatus),
      summary: "Compares a view's documents with their events and repairs them; returns at once",
      errors: ['NOT_FOUND'],
    }),
    'rebuild-projection': verb({
      input: RebuildProjection,
      output: shaped(() => ProjectionStatus),
      summary: 'Rebuilds a view beside the live one; returns at once',
      errors: ['NOT_FOUND'],
    }),
  });
