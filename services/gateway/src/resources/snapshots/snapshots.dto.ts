import { ApiProperty } from '@nestjs/swagger';
import type { ResolvedOperation } from '@tidemark/contracts';
import { Pagination } from '../../edge/paging.js';
import type { SnapshotView } from './snapshots.view.js';

export class SnapshotDto implements SnapshotView {
  @ApiProperty()
  id!: string;

  @ApiProperty()
  connectionId!: string;

  @ApiProperty()
  jobId!: string;

  @ApiProperty({ type: String, nullable: true, description: 'The snapshot before it; null for the baseline.' })
  previousId!: string | null;

  @ApiProperty({ description: 'Hash of the normalized content.' })
  contentHash!: string;

  @ApiProperty({ description: 'The document as it was fetched.' })
  rawBlob!: string;

  @ApiProperty({ description: 'The normalized document.' })
  canonicalBlob!: string;

  @ApiProperty({ type: 'integer', description: 'Of the document as it was fetched.' })
  bytes!: number;

  @ApiProperty({ example: 'Billing API' })
  title!: string;

  @ApiProperty({ example: '1.4.0' })
  apiVersion!: string;

  @ApiProperty({ example: '3.1.0' })
  specVersion!: string;

  @ApiProperty({ example: 'json' })
  format!: string;

  @ApiProperty({ type: 'integer', description: 'How many operations the API has.' })
  operations!: number;

  @ApiProperty({ format: 'date-time' })
  takenAt!: string;
}

export class SnapshotPage {
  @ApiProperty({ type: () => [SnapshotDto] })
  data!: SnapshotDto[];

  @ApiProperty({ type: () => Pagination })
  pagination!: Pagination;

  @ApiProperty({ type: 'integer', description: 'The log position up to which the list is true.' })
  asOf!: number;
}

const anything = { type: 'object', additionalProperties: true } as const;

/** An operation with its references resolved. */
export class OperationDto implements ResolvedOperation {
  @ApiProperty({ example: 'GET' })
  method!: string;

  @ApiProperty({ example: '/invoices/{id}' })
  path!: string;

  @ApiProperty({ required: false })
  operationId?: string;

  @ApiProperty({ required: false })
  summary?: string;

  @ApiProperty({ required: false })
  description?: string;

  @ApiProperty()
  deprecated!: boolean;

  @ApiProperty({ type: [String] })
  tags!: string[];

  @ApiProperty({ type: 'array', items: anything })
  parameters!: ResolvedOperation['parameters'];

  @ApiProperty({ type: Object, required: false })
  requestBody?: ResolvedOperation['requestBody'];

  @ApiProperty({ type: Object, description: 'By status.' })
  responses!: ResolvedOperation['responses'];
}

export class OperationPage {
  @ApiProperty({ type: () => [OperationDto] })
  data!: OperationDto[];

  @ApiProperty({ type: () => Pagination })
  pagination!: Pagination;
}
