import { ProjectionStatus, type ServiceName } from '@tidemark/contracts';
import { ListOf, Shape, Text, WholeNumber } from '@tidemark/contracts/fields';

@Shape()
export class ProjectionView extends ProjectionStatus {
  @Text({ description: 'The service that owns it.', example: 'job-coordinator' })
  readonly owner!: ServiceName;

  @WholeNumber({ min: -1, nullable: true, description: "The position of the log's last event." })
  readonly head!: number | null;
}

@Shape()
export class ProjectionList {
  @ListOf(() => ProjectionView)
  readonly data!: readonly ProjectionView[];
}
