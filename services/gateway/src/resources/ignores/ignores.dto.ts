import { ApiProperty } from '@nestjs/swagger';
import type { IgnoreMatch, IgnoreRule } from '@tidemark/contracts';
import { Instant, Text } from '../../edge/validation/fields.js';

/** At least one of rule, operation, pointer and changeId; a change must match all that are given. */
export class AddIgnoreRuleDto implements IgnoreMatch {
  @Text({
    max: 2000,
    optional: true,
    example: 'response-property-removed',
    description: '`*` stands for anything in it.',
  })
  rule?: string;

  @Text({ max: 2000, optional: true, example: 'GET /invoices/{id}', description: '`*` stands for anything in it.' })
  operation?: string;

  @Text({
    max: 2000,
    optional: true,
    example: '/components/schemas/Invoice',
    description: 'A JSON pointer into either document; it and everything below it.',
  })
  pointer?: string;

  @Text({ max: 128, optional: true, example: '1b0f24b9a7290a46', description: 'One change, by its `changeId`.' })
  changeId?: string;

  @Text({ max: 2000, example: 'we do not read this field' })
  reason!: string;

  @Instant({ optional: true, description: 'The end of the rule; without it the rule holds for good.' })
  until?: string;
}

export class IgnoreRuleDto implements IgnoreRule {
  @ApiProperty()
  id!: string;

  @ApiProperty({ required: false })
  rule?: string;

  @ApiProperty({ required: false })
  operation?: string;

  @ApiProperty({ required: false })
  pointer?: string;

  @ApiProperty({ required: false })
  changeId?: string;

  @ApiProperty()
  reason!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  until!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ example: 'key:019a9c3e-5b1c-7d3a-8f00-3b1f5a6c7d8e' })
  createdBy!: string;
}

export class IgnoreListDto {
  @ApiProperty({ type: () => [IgnoreRuleDto] })
  data!: IgnoreRuleDto[];
}
