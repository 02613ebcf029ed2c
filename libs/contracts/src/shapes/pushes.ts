import { Flag, Id, ListOf, Nested, Shape, Text } from '../fields/decorators.js';
import { blob } from './comparison.js';
import { Source } from './connection.js';
import { ConnectionRef } from './connection-requests.js';

/** What a source, or a program of the tenant, says has changed. */
@Shape()
export class Pushed {
  @Text({ min: 1, max: 200, description: "The source's object: `issues`.", example: 'issues' })
  readonly object!: string;

  @Text({
    min: 1,
    max: 512,
    optional: true,
    description: 'As the source fetches it; absent: something of this object.',
  })
  readonly externalId?: string;

  @Text({ ...blob, optional: true, description: 'Blob of JSON lines: the records themselves, which are not fetched.' })
  readonly records?: string;
}

@Shape()
export class PushObjects extends ConnectionRef {
  @Text({ max: 2000, optional: true, description: 'The same id is the same push; without one, each is another.' })
  readonly deliveryId?: string;

  @ListOf(() => Pushed, { description: 'Empty: something changed that the sender does not name.' })
  readonly objects!: readonly Pushed[];
}

@Shape()
export class PushTaken {
  @Flag({ description: 'It was recorded before; nothing follows from it.' })
  readonly duplicate!: boolean;

  @Flag({ description: 'Its job waits until the connection is active and not paused.' })
  readonly waits!: boolean;
}

/** The addressee of a webhook. */
@Shape()
export class GetPushTarget {
  @Id()
  readonly connectionId!: string;
}

@Shape()
export class PushTarget {
  @Id()
  readonly tenant!: string;

  @Nested(() => Source)
  readonly source!: Source;
}

@Shape({ description: 'Work: pushes of a connection wait for a job.' })
export class PushesWaiting extends ConnectionRef {}
