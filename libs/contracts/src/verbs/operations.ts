import { listOf, shaped } from '../fields/field-type.js';
import { Health, Nothing, ProjectionStatus, RebuildProjection } from '../shapes/operations.js';
import { verb, verbsOf } from './verb.js';

/** What every service answers. */
export const healthVerbsOf = (service: string) =>
  verbsOf(service, {
    ping: verb({
      input: Nothing,
      output: shaped(() => Health),
      summary: 'Whether what the service depends on answers',
    }),
  });

/** What every service that owns views answers. */
export const projectionVerbsOf = (service: string) =>
  verbsOf(service, {
    projections: verb({
      input: Nothing,
      output: listOf(shaped(() => ProjectionStatus)),
      summary: 'The views that the service owns',
    }),
    'rebuild-projection': verb({
      input: RebuildProjection,
      output: shaped(() => ProjectionStatus),
      summary: 'Builds a view anew beside the live one; answers at once',
      errors: ['NOT_FOUND'],
    }),
  });
