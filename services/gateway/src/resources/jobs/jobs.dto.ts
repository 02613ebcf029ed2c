import {
  CancelJob,
  CreateJob,
  GetJobState,
  Job,
  JobParameters,
  jobStates,
  RetryJob,
  RowError,
  RowErrorGroups,
  TimelineEntry,
} from '@tidemark/contracts';
import { Id, merge, omit, OneOf, pick, Shape, SomeOf, Text, WholeNumber } from '@tidemark/contracts/fields';
import { QueryShape } from '../../edge/openapi/query-shape.js';
import { PageQuery, PageShape, ViewPageShape } from '../../edge/paging.js';

class JobSettings extends pick(CreateJob, 'type', 'trigger', 'whenBusy', 'startAt') {}

@Shape()
export class CreateJobBody extends merge(JobSettings, JobParameters) {
  @OneOf(['manual', 'api'], {
    optional: true,
    default: 'api',
    description: 'Whether the request comes from a person (`manual`) or a program (`api`).',
  })
  override readonly trigger?: 'manual' | 'api';
}

@Shape()
export class CancelJobBody extends pick(CancelJob, 'reason') {}

@Shape()
export class RetryJobBody extends pick(RetryJob, 'rows') {}

@QueryShape()
export class ConnectionJobsQuery extends PageQuery {
  @SomeOf(jobStates, { optional: true, description: 'Any of these.' })
  readonly state?: readonly (typeof jobStates)[number][];
}

@QueryShape()
export class JobsQuery extends ConnectionJobsQuery {
  @Id({ optional: true })
  readonly connectionId?: string;
}

@QueryShape()
export class JobStateQuery extends omit(GetJobState, 'tenant', 'jobId') {}

@QueryShape()
export class JobEventsQuery {
  @WholeNumber({
    max: Number.MAX_SAFE_INTEGER,
    optional: true,
    description: 'The revision to start from without `Last-Event-ID`. Default 0.',
  })
  readonly from?: number;
}

@QueryShape()
export class JobErrorsQuery extends PageQuery {
  @Text({ max: 100, optional: true, description: 'Only errors with this code.' })
  readonly code?: string;

  @Text({ max: 500, optional: true, description: 'Only errors of this group: its `pattern`.' })
  readonly pattern?: string;
}

/** A page of errors, and the groups of all errors of the job. */
@Shape()
export class JobErrorPage extends merge(PageShape(RowError), RowErrorGroups) {}

@Shape()
export class JobPage extends ViewPageShape(Job) {}

@Shape()
export class TimelinePage extends PageShape(TimelineEntry) {}
