import type { BySeverity, ChangeSummary } from '@tidemark/contracts';
import type { Page } from '../../edge/paging.js';
import type { SnapshotView } from '../snapshots/snapshots.view.js';

/** Two snapshots of a dependency, compared by today's rules and today's ignore list. */
export interface ComparisonView extends Page<ChangeSummary> {
  readonly before: SnapshotView;
  readonly after: SnapshotView;
  /** Of the changes that are not ignored. */
  readonly bySeverity: BySeverity;
  readonly ignored: number;
}
