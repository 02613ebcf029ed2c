import {
  authKinds,
  syncModes,
  writeModes,
  type AuthKind,
  type JsonSchema,
  type SyncMode,
  type WriteMode,
} from '@tidemark/connector-sdk/manifest';
import {
  Decimal,
  either,
  Field,
  Flag,
  JsonObject,
  listOf,
  ListOf,
  Nested,
  Shape,
  shaped,
  Text,
  text,
  WholeNumber,
  word,
} from '@tidemark/contracts/fields';

@Shape()
export class ConnectorObject {
  @Text({ example: 'issues' })
  readonly name!: string;

  @Text({ example: 'Issues' })
  readonly title!: string;

  @Flag({ description: 'Whether a later read returns only changes since the last one.' })
  readonly incremental!: boolean;

  @Flag({ description: 'Whether the source reports deletions.' })
  readonly deletions!: boolean;

  @WholeNumber({ optional: true, description: 'Milliseconds by which a read overlaps the previous one.' })
  readonly lookBackMs?: number;
}

@Shape()
export class CallLimits {
  @Decimal({ optional: true }) readonly requestsPerSecond?: number;
  @Decimal({ optional: true }) readonly burst?: number;
  @Decimal({ optional: true }) readonly inFlight?: number;
}

@Shape()
export class PageSize {
  @WholeNumber() readonly min!: number;
  @WholeNumber() readonly initial!: number;
  @WholeNumber() readonly max!: number;
}

@Shape()
export class BatchSize {
  @WholeNumber() readonly initial!: number;
  @WholeNumber() readonly max!: number;
}

@Shape()
export class SourceManifest {
  @Field(either(listOf(shaped(() => ConnectorObject)), word(['configured'])), {
    description: '`configured` where the config names the objects.',
  })
  readonly objects!: readonly ConnectorObject[] | 'configured';

  @ListOf(word(syncModes))
  readonly modes!: readonly SyncMode[];

  @Nested(() => PageSize, { description: 'Records per page.' })
  readonly pageSize!: PageSize;

  @Nested(() => CallLimits, { optional: true })
  readonly limits?: CallLimits;
}

@Shape()
export class DestinationManifest {
  @ListOf(word(writeModes))
  readonly modes!: readonly WriteMode[];

  @Nested(() => BatchSize, { description: 'Rows per write.' })
  readonly batchSize!: BatchSize;

  @WholeNumber({ description: 'Concurrent writes.' })
  readonly concurrency!: number;

  @Nested(() => CallLimits, { optional: true })
  readonly limits?: CallLimits;
}

/** A connector as callers see it. */
@Shape()
export class Connector {
  @Text({ example: 'openapi' })
  readonly name!: string;

  @Text({ example: 'OpenAPI description' })
  readonly title!: string;

  @Text({ description: 'One sentence.' })
  readonly description!: string;

  @ListOf(word(authKinds))
  readonly auth!: readonly AuthKind[];

  @Nested(() => SourceManifest, { nullable: true, description: 'As a source. Null when it cannot be read from.' })
  readonly source!: SourceManifest | null;

  @Nested(() => DestinationManifest, {
    nullable: true,
    description: 'As a destination. Null when it cannot be written to.',
  })
  readonly destination!: DestinationManifest | null;

  @ListOf(text(), {
    nullable: true,
    example: ['fetch', 'parse', 'normalize', 'snapshot', 'diff', 'persist', 'alert'],
    description: 'The stages of its jobs; null when connections cannot use it yet.',
  })
  readonly stages!: readonly string[] | null;

  @JsonObject({ description: 'JSON Schema of its config.' })
  readonly config!: JsonSchema;
}

@Shape()
export class ConnectorList {
  @ListOf(() => Connector)
  readonly data!: readonly Connector[];
}
