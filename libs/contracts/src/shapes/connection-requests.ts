import { Flag, Id, ListOf, Nested, OneOf, Shape, Text } from '../fields/decorators.js';
import { text } from '../fields/field-type.js';
import {
  busyPolicies,
  DestinationSettings,
  Policies,
  ScheduleFields,
  Source,
  type BusyPolicy,
  type Schedule,
} from './connection.js';

const whenBusy = {
  optional: true,
  description: 'What happens to a job when its tenant or connection is busy: it waits, or it is refused.',
} as const;

@Shape()
export class ConnectionRef {
  @Id()
  readonly tenant!: string;

  @Id()
  readonly connectionId!: string;
}

@Shape()
export class CreateConnection {
  @Id()
  readonly tenant!: string;

  @Text({ max: 200, example: 'billing api' })
  readonly name!: string;

  @Nested(() => Source)
  readonly source!: Source;

  @Text({ max: 64, optional: true, description: 'What its jobs run. Default: the first that the source offers.' })
  readonly pipeline?: string;

  @ListOf(() => DestinationSettings, { optional: true })
  readonly destinations?: readonly DestinationSettings[];

  @Nested(() => Policies, { optional: true })
  readonly policies?: Policies;

  @Nested(() => ScheduleFields, { optional: true, description: 'Default: manual.', example: { every: 'hourly' } })
  readonly schedule?: Schedule;

  @OneOf(busyPolicies, { ...whenBusy, default: 'queue' })
  readonly whenBusy?: BusyPolicy;

  @Text({ max: 255, optional: true, description: "The tenant's own: the same key is the same connection." })
  readonly idempotencyKey?: string;
}

/** Only the given fields change. */
@Shape()
export class UpdateConnection extends ConnectionRef {
  @Text({ max: 200, optional: true, example: 'billing api' })
  readonly name?: string;

  @Nested(() => Source, {
    optional: true,
    description: 'Another connector or config is read from its beginning; other objects or another credential are not.',
  })
  readonly source?: Source;

  @ListOf(() => DestinationSettings, { optional: true, description: 'In place of all there are.' })
  readonly destinations?: readonly DestinationSettings[];

  @Nested(() => Policies, { optional: true, description: 'In place of all there are.' })
  readonly policies?: Policies;

  @Nested(() => ScheduleFields, { optional: true, example: { every: 'daily' } })
  readonly schedule?: Schedule;

  @OneOf(busyPolicies, whenBusy)
  readonly whenBusy?: BusyPolicy;
}

/** Answers a request to create a connection that was only checked. */
@Shape()
export class ValidatedConnection {
  @Flag({ description: 'Whether an earlier request with the same `idempotencyKey` has created it.' })
  readonly isCreated!: boolean;
}

@Shape()
export class ResetConnection extends ConnectionRef {
  @ListOf(text({ max: 200 }), { min: 1, optional: true, description: 'Only these objects. Default: all.' })
  readonly objects?: readonly string[];
}

@Shape()
export class Subscribe {
  @Id()
  readonly tenant!: string;

  @Id({ description: 'A connection of the tenant `catalogue`.' })
  readonly providerId!: string;

  @Text({ max: 200, optional: true, description: "Of the subscription. Default: the provider's." })
  readonly name?: string;
}
