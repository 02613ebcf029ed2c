import { ApiProperty } from '@nestjs/swagger';
import {
  severities,
  type BySeverity,
  type ChangeDetail as ChangeView,
  type ChangeDocument,
  type ChangeSummary,
  type Severity,
} from '@tidemark/contracts';
import { PageQuery, Pagination } from '../../edge/paging.js';
import { Instant, Text, Truth, Words } from '../../edge/validation/fields.js';

/** Which changes of a comparison are asked for. */
export class FoundChangesQuery extends PageQuery {
  @Words(severities, { optional: true, inQuery: true, description: 'Any of these.' })
  severity?: Severity[];

  @Text({ max: 200, optional: true, example: 'response-property-removed' })
  rule?: string;

  @Text({
    max: 2000,
    optional: true,
    example: 'GET /invoices/{id}',
    description: 'Changes that reach this operation, those that reach others as well included.',
  })
  operation?: string;

  @Truth({ optional: true, description: 'Only those that the ignore list expects, or only the others.' })
  ignored?: boolean;
}

export class ChangesQuery extends FoundChangesQuery {
  @Instant({ optional: true, description: 'Detected at this time or later.' })
  since?: string;

  @Instant({
    optional: true,
    description: 'Detected at this time or earlier: what is found later does not shift the pages.',
  })
  until?: string;

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

export class IgnoredDto {
  @ApiProperty({ description: 'Of the ignore rule.' })
  id!: string;

  @ApiProperty()
  reason!: string;
}

/** A change as a comparison finds it. */
export class FoundChangeDto implements ChangeSummary {
  @ApiProperty({ description: 'Same for the same difference between the same documents.' })
  changeId!: string;

  @ApiProperty({ example: 'response-property-removed' })
  rule!: string;

  @ApiProperty({ enum: severities })
  severity!: Severity;

  @ApiProperty({ type: String, nullable: true, example: 'GET /invoices/{id}', description: 'When it is just one.' })
  operation!: string | null;

  @ApiProperty({ type: 'integer', description: 'How many operations the change reaches.' })
  operationCount!: number;

  @ApiProperty({ type: () => PointerDto, description: 'JSON pointers into the two documents.' })
  pointer!: PointerDto;

  @ApiProperty(anyJson)
  before!: unknown;

  @ApiProperty(anyJson)
  after!: unknown;

  @ApiProperty({ description: 'One sentence.' })
  message!: string;

  @ApiProperty({ type: 'integer', description: "Place in the comparison's order, from 0." })
  order!: number;

  @ApiProperty({ type: () => IgnoredDto, nullable: true, description: 'The rule of the ignore list that expects it.' })
  ignored!: IgnoredDto | null;
}

/** A recorded change. */
export class ChangeSummaryDto extends FoundChangeDto implements ChangeSummary<ChangeDocument> {
  @ApiProperty()
  id!: string;

  @ApiProperty()
  connectionId!: string;

  @ApiProperty()
  jobId!: string;

  @ApiProperty()
  snapshotId!: string;

  @ApiProperty()
  previousSnapshotId!: string;

  @ApiProperty({ format: 'date-time' })
  detectedAt!: string;
}

export class ChangeDto extends ChangeSummaryDto implements ChangeView {
  @ApiProperty({
    type: [String],
    example: ['GET /invoices/{id}'],
    description: 'All operations that the change reaches.',
  })
  operations!: string[];
}

export class BySeverityDto implements BySeverity {
  @ApiProperty({ type: 'integer' })
  breaking!: number;

  @ApiProperty({ type: 'integer' })
  risky!: number;

  @ApiProperty({ type: 'integer' })
  safe!: number;

  @ApiProperty({ type: 'integer' })
  info!: number;
}

export class ChangePage {
  @ApiProperty({ type: () => [ChangeSummaryDto] })
  data!: ChangeSummaryDto[];

  @ApiProperty({ type: () => Pagination })
  pagination!: Pagination;

  @ApiProperty({ type: 'integer', description: 'The log position up to which the list is true.' })
  asOf!: number;
}
