import { ApiProperty } from '@nestjs/swagger';
import { severities, type Severity } from '@tidemark/contracts';
import { PageQuery, Pagination } from '../paging.js';
import { Instant, Text, Words } from '../validation/fields.js';
import type { ChangeView } from './changes.js';

export class ChangesQuery extends PageQuery {
  @Words(severities, { optional: true, inQuery: true, description: 'Any of these.' })
  severity?: Severity[];

  @Instant({ optional: true, description: 'Detected at this time or later.' })
  since?: string;

  @Text({ max: 200, optional: true, example: 'response-property-removed' })
  rule?: string;

  @Text({ max: 2000, optional: true, example: 'GET /invoices/{id}' })
  operation?: string;

  @Text({ max: 128, optional: true })
  jobId?: string;

  @Text({ max: 128, optional: true })
  snapshotId?: string;
}

export class PointerDto {
  @ApiProperty({ required: false, example: '/paths/~1invoices/get' })
  before?: string;

  @ApiProperty({ required: false })
  after?: string;
}

const anyJson = {
  description: 'Any JSON value.',
  anyOf: ['object', 'array', 'string', 'number', 'boolean', 'null'].map((type) => ({ type })),
};

export class ChangeDto implements ChangeView {
  @ApiProperty()
  id!: string;

  @ApiProperty({ description: 'Same for the same difference between the same documents.' })
  changeId!: string;

  @ApiProperty()
  connectionId!: string;

  @ApiProperty()
  jobId!: string;

  @ApiProperty()
  snapshotId!: string;

  @ApiProperty()
  previousSnapshotId!: string;

  @ApiProperty({ example: 'response-property-removed' })
  rule!: string;

  @ApiProperty({ enum: severities })
  severity!: Severity;

  @ApiProperty({ type: String, nullable: true, example: 'GET /invoices/{id}' })
  operation!: string | null;

  @ApiProperty({ type: () => PointerDto, description: 'JSON pointers into the two documents.' })
  pointer!: PointerDto;

  @ApiProperty(anyJson)
  before!: unknown;

  @ApiProperty(anyJson)
  after!: unknown;

  @ApiProperty({ description: 'One sentence.' })
  message!: string;

  @ApiProperty({ format: 'date-time' })
  detectedAt!: string;

  @ApiProperty({ type: 'integer', description: "Place in the comparison's order, from 0." })
  order!: number;
}

export class ChangePage {
  @ApiProperty({ type: () => [ChangeDto] })
  data!: ChangeDto[];

  @ApiProperty({ type: () => Pagination })
  pagination!: Pagination;

  @ApiProperty({ type: 'integer', description: 'The log position up to which the list is true.' })
  asOf!: number;
}
