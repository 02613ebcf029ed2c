import { applyDecorators } from '@nestjs/common';
import { ApiBearerAuth, ApiDefaultResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { errorCodes, type ErrorCode } from '@tidemark/contracts';

export class FieldProblemDto {
  @ApiProperty({ example: 'source.config.url' })
  field!: string;

  @ApiProperty({ example: 'must be an http or https URL' })
  message!: string;
}

export class ErrorDetailsDto {
  @ApiProperty({ enum: errorCodes, enumName: 'ErrorCode' })
  code!: ErrorCode;

  @ApiProperty()
  message!: string;

  @ApiProperty({ description: 'Also in the header X-Request-Id of every answer.' })
  requestId!: string;

  @ApiProperty({ type: () => [FieldProblemDto], required: false })
  fields?: FieldProblemDto[];

  @ApiProperty({ required: false, description: 'With DUPLICATE_JOB: the job that is there already.' })
  jobId?: string;
}

export class ErrorDto {
  @ApiProperty({ type: () => ErrorDetailsDto })
  error!: ErrorDetailsDto;
}

const example = {
  error: { code: 'NOT_FOUND', message: 'no such job', requestId: '019a9c3e-5b1c-7d3a-8f00-3b1f5a6c7d8e' },
};

/** A group of routes under /v1, all with a key and all with the same shape of errors. */
export const ApiResource = (tag: string) =>
  applyDecorators(
    ApiTags(tag),
    ApiBearerAuth('key'),
    ApiDefaultResponse({
      type: ErrorDto,
      description: 'Any error; `application/problem+json` (RFC 9457) for those who accept it.',
      example,
    }),
  );
