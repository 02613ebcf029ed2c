import { ApiProperty } from '@nestjs/swagger';
import { authKinds, syncModes, writeModes, type AuthKind, type JsonSchema } from '@tidemark/connector-sdk/manifest';
import type { ConnectorView } from './connectors.js';

const whole = { type: 'integer' } as const;

export class ObjectDto {
  @ApiProperty({ example: 'issues' })
  name!: string;

  @ApiProperty({ example: 'Issues' })
  title!: string;

  @ApiProperty({ description: 'Whether a later read yields only what changed since.' })
  incremental!: boolean;

  @ApiProperty({ description: 'Whether the source tells what was deleted.' })
  deletions!: boolean;

  @ApiProperty({
    ...whole,
    required: false,
    description: 'Milliseconds by which a later read overlaps the one before.',
  })
  lookBackMs?: number;
}

export class CallLimitsDto {
  @ApiProperty({ required: false })
  requestsPerSecond?: number;

  @ApiProperty({ required: false })
  burst?: number;

  @ApiProperty({ required: false })
  inFlight?: number;
}

export class PageSizeDto {
  @ApiProperty(whole)
  min!: number;

  @ApiProperty(whole)
  initial!: number;

  @ApiProperty(whole)
  max!: number;
}

export class BatchSizeDto {
  @ApiProperty(whole)
  initial!: number;

  @ApiProperty(whole)
  max!: number;
}

export class SourceManifestDto {
  @ApiProperty({
    description: '`configured` where the config names the objects.',
    oneOf: [
      { type: 'array', items: { $ref: '#/components/schemas/ObjectDto' } },
      { type: 'string', enum: ['configured'] },
    ],
  })
  objects!: ObjectDto[] | 'configured';

  @ApiProperty({ enum: syncModes, isArray: true })
  modes!: (typeof syncModes)[number][];

  @ApiProperty({ type: () => PageSizeDto, description: 'Records a page.' })
  pageSize!: PageSizeDto;

  @ApiProperty({ type: () => CallLimitsDto, required: false })
  limits?: CallLimitsDto;
}

export class DestinationManifestDto {
  @ApiProperty({ enum: writeModes, isArray: true })
  modes!: (typeof writeModes)[number][];

  @ApiProperty({ type: () => BatchSizeDto, description: 'Rows in one write.' })
  batchSize!: BatchSizeDto;

  @ApiProperty({ ...whole, description: 'Writes at once.' })
  concurrency!: number;

  @ApiProperty({ type: () => CallLimitsDto, required: false })
  limits?: CallLimitsDto;
}

export class ConnectorDto implements ConnectorView {
  @ApiProperty({ example: 'openapi' })
  name!: string;

  @ApiProperty({ example: 'OpenAPI description' })
  title!: string;

  @ApiProperty({ description: 'One sentence.' })
  description!: string;

  @ApiProperty({ enum: authKinds, isArray: true })
  auth!: AuthKind[];

  @ApiProperty({ type: () => SourceManifestDto, nullable: true })
  source!: SourceManifestDto | null;

  @ApiProperty({ type: () => DestinationManifestDto, nullable: true })
  destination!: DestinationManifestDto | null;

  @ApiProperty({
    type: [String],
    nullable: true,
    example: ['fetch', 'parse', 'normalize', 'snapshot', 'diff', 'persist', 'alert'],
    description: 'The stages of its jobs; null when no connection can be made with it yet.',
  })
  stages!: string[] | null;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'JSON Schema of its config.' })
  config!: JsonSchema;
}

export class ConnectorList {
  @ApiProperty({ type: () => [ConnectorDto] })
  data!: ConnectorDto[];
}
