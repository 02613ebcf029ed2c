import { Flag, Id, Instant, JsonObject, ListOf, Nested, OneOf, Shape, Text } from '../fields/decorators.js';
import { text } from '../fields/field-type.js';
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

/** What a record that was pushed is recognised by. */
@Shape()
export class RecordDigest {
  @Text({ description: 'Of the object and its external id.' })
  readonly key!: string;

  @Text({ description: 'Of the content.' })
  readonly hash!: string;
}

@Shape()
export class PushObjects extends ConnectionRef {
  @Text({ max: 2000, optional: true, description: 'The same id is the same push; without one, each is another.' })
  readonly deliveryId?: string;

  @ListOf(() => Pushed, { description: 'Empty: something changed that the sender does not name.' })
  readonly objects!: readonly Pushed[];

  @ListOf(() => RecordDigest, {
    optional: true,
    description:
      'Of every record in the blobs. When some of them are known, nothing is recorded, and the reply names them.',
  })
  readonly records?: readonly RecordDigest[];
}

@Shape()
export class PushTaken {
  @Flag({ description: 'It was recorded before; nothing follows from it.' })
  readonly duplicate!: boolean;

  @ListOf(text(), { optional: true, description: 'Keys of records whose content is what was pushed last.' })
  readonly known?: readonly string[];

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

export const pushedStatuses = ['stored', 'pendingEnrichment', 'unchanged', 'refused'] as const;
/**
 * Durable, and its job follows; durable, and its job waits until the connection is active and not paused; known with this
 * content, so that nothing follows; not taken.
 */
export type PushedStatus = (typeof pushedStatuses)[number];

@Shape()
export class PushedRecordResult {
  @Text({ optional: true, example: 'customers' })
  readonly object?: string;

  @Text({ optional: true, example: '42' })
  readonly externalId?: string;

  @OneOf(pushedStatuses)
  readonly status!: PushedStatus;

  @Text({ optional: true, description: 'Of a refused one: OBJECT_INVALID, OBJECT_MISSING_ID, OBJECT_UNKNOWN.' })
  readonly code?: string;

  @Text({ optional: true, description: 'Of a refused one: what is wrong, and how to fix it.' })
  readonly message?: string;
}

@Shape()
export class PushedRecords {
  @OneOf(['stored', 'pendingEnrichment'], {
    description: '`pendingEnrichment`: what was taken reaches its destinations once the connection is active again.',
  })
  readonly status!: 'stored' | 'pendingEnrichment';

  @ListOf(() => PushedRecordResult, { description: 'In the order of the request.' })
  readonly data!: readonly PushedRecordResult[];
}

/** A record as programs push it. */
@Shape()
export class PushedRecord {
  @Text({ max: 200, example: 'customers' })
  readonly object!: string;

  @Text({ max: 512, example: '42' })
  readonly externalId!: string;

  @JsonObject({ optional: true, description: 'Not needed of a deleted one.' })
  readonly data?: object;

  @Flag({ optional: true })
  readonly deleted?: boolean;

  @Instant({ optional: true, description: 'When it changed.' })
  readonly updatedAt?: string;
}

@Shape()
export class IngestedRecords {
  @ListOf(() => PushedRecord)
  readonly records!: readonly PushedRecord[];
}
