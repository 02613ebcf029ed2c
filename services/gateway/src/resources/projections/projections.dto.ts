import { ApiProperty } from '@nestjs/swagger';
import type { ProjectionStatus, Service } from '@tidemark/contracts';

export class ProjectionDto implements ProjectionStatus {
  @ApiProperty({ example: 'jobs' })
  name!: string;

  @ApiProperty({ type: String, description: 'The service that folds it.', example: 'job-coordinator' })
  owner!: Service;

  @ApiProperty({ type: 'integer' })
  version!: number;

  @ApiProperty({ enum: ['live', 'rebuilding', 'unavailable'] })
  state!: ProjectionStatus['state'];

  @ApiProperty({
    type: 'integer',
    description: 'The log position up to which the view is true; -1 when there is none.',
  })
  position!: number;

  @ApiProperty({ type: 'integer', nullable: true, description: "The position of the log's last event." })
  head!: number | null;
}

export class ProjectionList {
  @ApiProperty({ type: () => [ProjectionDto] })
  data!: ProjectionDto[];
}
