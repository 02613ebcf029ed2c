import { ConditionView } from '@tidemark/contracts';
import { Decimal, ListOf, Nested, Shape, WholeNumber } from '@tidemark/contracts/fields';
import { AsOf } from '../../edge/paging.js';

@Shape()
export class JobsNow {
  @WholeNumber() readonly running!: number;
  @WholeNumber() readonly waiting!: number;
}

@Shape()
export class JobWindow {
  @WholeNumber() readonly pending!: number;
  @WholeNumber() readonly running!: number;
  @WholeNumber() readonly completed!: number;
  @WholeNumber() readonly failed!: number;
  @WholeNumber() readonly cancelled!: number;
  @WholeNumber() readonly total!: number;

  @Decimal({ nullable: true, description: 'Completed jobs as a share of completed and failed ones, 0 to 1.' })
  readonly successRate!: number | null;

  @WholeNumber({ nullable: true, description: 'Of the newest completed jobs, at most 200.' })
  readonly averageDurationMs!: number | null;
}

@Shape()
export class JobWindows {
  @Nested(() => JobWindow) readonly last24h!: JobWindow;
  @Nested(() => JobWindow) readonly last7d!: JobWindow;
  @Nested(() => JobWindow) readonly last30d!: JobWindow;
}

@Shape()
export class ConnectionTotals {
  @WholeNumber() readonly active!: number;
  @WholeNumber() readonly disconnected!: number;
  @WholeNumber() readonly error!: number;
  @WholeNumber() readonly revoked!: number;
  @WholeNumber() readonly total!: number;
}

@Shape()
export class OverviewView {
  @Nested(() => JobsNow)
  readonly now!: JobsNow;

  @Nested(() => JobWindows, { description: 'Jobs by creation time.' })
  readonly jobs!: JobWindows;

  @Nested(() => ConnectionTotals)
  readonly connections!: ConnectionTotals;

  @ListOf(() => ConditionView, { description: 'What is wrong in the installation, as in /readyz.' })
  readonly conditions!: readonly ConditionView[];

  @AsOf()
  readonly asOf!: number;
}
