import { Instant, JsonObject, ListOf, Nested, OneOf, Shape, Text, WholeNumber } from '../fields/decorators.js';
import { ConnectionRef } from './connection-requests.js';
import type { Cursor } from './pipeline.js';
import { Failure } from './progress.js';

export const objectEndStates = ['completed', 'failed'] as const;

/** How an object of a job ended. */
@Shape()
export class ObjectOutcome {
  @OneOf(objectEndStates)
  readonly state!: (typeof objectEndStates)[number];

  @Nested(() => Failure, { optional: true, description: 'Why it failed.' })
  readonly error?: Failure;
}

/** How an object fared in the last job that read it. */
@Shape()
export class LastObjectSync extends ObjectOutcome {
  @Text()
  readonly jobId!: string;

  @Instant()
  readonly endedAt!: string;
}

export const objectHealths = ['healthy', 'degraded', 'unhealthy'] as const;

/** One kind of object of a connection. */
@Shape()
export class ConnectionObject {
  @Text({ example: 'issues' })
  readonly object!: string;

  @OneOf(['active', 'paused'], {
    description: 'Paused: automatic syncs pass it over; requested ones that name it do not.',
  })
  readonly state!: 'active' | 'paused';

  @OneOf(objectHealths, { description: 'Degraded after 2 failures in a row, unhealthy after 4.' })
  readonly health!: (typeof objectHealths)[number];

  @WholeNumber({ description: 'Jobs in a row in which it failed.' })
  readonly failures!: number;

  @Nested(() => LastObjectSync, { nullable: true })
  readonly lastSync!: LastObjectSync | null;

  @JsonObject({ nullable: true, description: 'Where its next sync goes on. Null: at its beginning.' })
  readonly cursor!: Cursor | null;
}

@Shape()
export class ConnectionObjects {
  @ListOf(() => ConnectionObject)
  readonly data!: readonly ConnectionObject[];
}

export const objectChanges = ['pause', 'resume', 'reset'] as const;

@Shape()
export class ChangeObject extends ConnectionRef {
  @Text({ min: 1, max: 200 })
  readonly object!: string;

  @OneOf(objectChanges)
  readonly change!: (typeof objectChanges)[number];
}
