import { ApiProperty } from '@nestjs/swagger';
import { reportFormats, type ReportFormat } from '@tidemark/contracts';
import { Pagination } from '../../edge/paging.js';
import { Text, Word } from '../../edge/validation/fields.js';
import { BySeverityDto, FoundChangeDto, FoundChangesQuery } from '../changes/changes.dto.js';
import { SnapshotDto } from '../snapshots/snapshots.dto.js';
import type { ComparisonView } from './comparisons.view.js';

const before = { max: 128, optional: true, description: 'A snapshot. Default: the one before `after`.' };
const after = { max: 128, optional: true, description: 'A snapshot. Default: the newest.' };

/** Which snapshots are compared. */
export interface SidesQuery {
  readonly before?: string;
  readonly after?: string;
}

export class ComparisonQuery extends FoundChangesQuery implements SidesQuery {
  @Text(before)
  before?: string;

  @Text(after)
  after?: string;
}

export class ReportQuery implements SidesQuery {
  @Text(before)
  before?: string;

  @Text(after)
  after?: string;

  @Word(reportFormats, { optional: true, default: 'html' })
  format?: ReportFormat;
}

export class ComparisonDto implements ComparisonView {
  @ApiProperty({ type: () => SnapshotDto })
  before!: SnapshotDto;

  @ApiProperty({ type: () => SnapshotDto })
  after!: SnapshotDto;

  @ApiProperty({ type: () => BySeverityDto, description: 'Of all changes that are not ignored.' })
  bySeverity!: BySeverityDto;

  @ApiProperty({ type: 'integer', description: 'How many changes are ignored.' })
  ignored!: number;

  @ApiProperty({ type: () => [FoundChangeDto] })
  data!: FoundChangeDto[];

  @ApiProperty({ type: () => Pagination })
  pagination!: Pagination;
}
