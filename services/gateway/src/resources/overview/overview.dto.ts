import { ApiProperty } from '@nestjs/swagger';

export class JobsNowDto {
  @ApiProperty({ type: 'integer' })
  running!: number;

  @ApiProperty({ type: 'integer' })
  waiting!: number;
}

export class JobWindowDto {
  @ApiProperty({ type: 'integer' }) pending!: number;
  @ApiProperty({ type: 'integer' }) running!: number;
  @ApiProperty({ type: 'integer' }) completed!: number;
  @ApiProperty({ type: 'integer' }) failed!: number;
  @ApiProperty({ type: 'integer' }) cancelled!: number;
  @ApiProperty({ type: 'integer' }) total!: number;

  @ApiProperty({ type: Number, nullable: true, description: 'Completed among completed and failed, 0 to 1.' })
  successRate!: number | null;

  @ApiProperty({ type: 'integer', nullable: true, description: 'Over the newest completed jobs, at most 200.' })
  averageDurationMs!: number | null;
}

export class JobWindowsDto {
  @ApiProperty({ type: () => JobWindowDto }) last24h!: JobWindowDto;
  @ApiProperty({ type: () => JobWindowDto }) last7d!: JobWindowDto;
  @ApiProperty({ type: () => JobWindowDto }) last30d!: JobWindowDto;
}

export class ConnectionTotalsDto {
  @ApiProperty({ type: 'integer' }) active!: number;
  @ApiProperty({ type: 'integer' }) disconnected!: number;
  @ApiProperty({ type: 'integer' }) error!: number;
  @ApiProperty({ type: 'integer' }) revoked!: number;
  @ApiProperty({ type: 'integer' }) total!: number;
}

export class OverviewDto {
  @ApiProperty({ type: () => JobsNowDto })
  now!: JobsNowDto;

  @ApiProperty({ type: () => JobWindowsDto, description: 'Jobs by the time of their creation.' })
  jobs!: JobWindowsDto;

  @ApiProperty({ type: () => ConnectionTotalsDto })
  connections!: ConnectionTotalsDto;

  @ApiProperty({ type: 'integer', description: 'The log position up to which this is true.' })
  asOf!: number;
}
