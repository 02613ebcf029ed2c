import { Flag, Instant, JsonObject, ListOf, Nested, Shape, Text, WholeNumber } from '../fields/decorators.js';

/** A synced object as API, CLI and gRPC show it. Times are ISO 8601 in UTC. */
@Shape({ description: 'An object of the source, as it was read last.' })
export class RecordView {
  @Text({ description: 'The source object.', example: 'issues' })
  readonly object!: string;

  @Text({ description: "The source's own id, unique within the object." })
  readonly externalId!: string;

  @JsonObject({ description: 'Of a deleted one: as it was last.' })
  readonly data!: object;

  @Text({ description: 'SHA-256 of the data: the same for the same content.' })
  readonly hash!: string;

  @Flag()
  readonly deleted!: boolean;

  @Instant({ nullable: true, description: 'When it changed in the source, where the source says so.' })
  readonly updatedAt!: string | null;

  @Instant()
  readonly firstSeenAt!: string;

  @Instant()
  readonly lastSeenAt!: string;

  @Instant({ description: 'When the stored content changed.' })
  readonly changedAt!: string;
}

@Shape()
export class RecordPagination {
  @WholeNumber()
  readonly perPage!: number;

  @Text({ nullable: true, description: 'Where to go on; null at the end.' })
  readonly nextCursor!: string | null;
}

@Shape()
export class RecordPageView {
  @ListOf(() => RecordView, { description: 'In the order in which they changed.' })
  readonly data!: readonly RecordView[];

  @Nested(() => RecordPagination)
  readonly pagination!: RecordPagination;

  @Text({ description: 'As a cursor it leads to what changes after this page, also where nextCursor is null.' })
  readonly endCursor!: string;
}
