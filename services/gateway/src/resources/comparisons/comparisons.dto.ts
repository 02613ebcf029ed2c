import { BySeverity, ChangeSummary, reportFormats, Snapshot, type ReportFormat } from '@tidemark/contracts';
import { Id, merge, Nested, OneOf, Shape, WholeNumber } from '@tidemark/contracts/fields';
import { QueryShape } from '../../edge/openapi/query-shape.js';
import { PageShape } from '../../edge/paging.js';
import { FoundChangesQuery } from '../changes/changes.dto.js';

/** The snapshots to compare. */
@QueryShape()
export class SidesQuery {
  @Id({ optional: true, description: 'A snapshot id. Default: the one before `after`.' })
  readonly before?: string;

  @Id({ optional: true, description: 'A snapshot id. Default: the newest.' })
  readonly after?: string;
}

@QueryShape()
export class ComparisonQuery extends merge(FoundChangesQuery, SidesQuery) {}

@QueryShape()
export class ReportQuery extends SidesQuery {
  @OneOf(reportFormats, { optional: true, default: 'html' })
  readonly format?: ReportFormat;
}

/** Two snapshots of a dependency, compared by the current rules and ignore list. */
@Shape()
export class SnapshotComparison extends PageShape(ChangeSummary) {
  @Nested(() => Snapshot)
  readonly before!: Snapshot;

  @Nested(() => Snapshot)
  readonly after!: Snapshot;

  @Nested(() => BySeverity, { description: 'Counts of all changes that are not ignored.' })
  readonly bySeverity!: BySeverity;

  @WholeNumber({ description: 'The number of ignored changes.' })
  readonly ignored!: number;
}
