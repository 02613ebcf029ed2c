import { Id, Instant, Shape, Text } from '../fields/decorators.js';
import { ConnectionRef } from './connection-requests.js';

/** Criteria of an ignore rule: a change must match all given ones. */
export interface IgnoreMatch {
  readonly rule?: string;
  readonly operation?: string;
  readonly pointer?: string;
  readonly changeId?: string;
}

/** Expected changes of a dependency, which raise no alert. Times are ISO 8601 in UTC. */
@Shape()
export class IgnoreRule implements IgnoreMatch {
  @Text()
  readonly id!: string;

  @Text({ optional: true, description: '`*` stands for anything in it.' })
  readonly rule?: string;

  @Text({ optional: true, description: '`*` stands for anything in it.' })
  readonly operation?: string;

  @Text({ optional: true, description: 'A JSON pointer into either document; it and everything below it.' })
  readonly pointer?: string;

  @Text({ optional: true })
  readonly changeId?: string;

  @Text()
  readonly reason!: string;

  @Instant({ nullable: true, description: 'When the rule ends; null: it holds permanently.' })
  readonly until!: string | null;

  @Instant()
  readonly createdAt!: string;

  @Text({ description: 'The actor who added it.', example: 'key:019a9c3e-5b1c-7d3a-8f00-3b1f5a6c7d8e' })
  readonly createdBy!: string;
}

@Shape({
  description: 'At least one of rule, operation, pointer and changeId; a change must match all that are given.',
  rules: [
    {
      field: 'rule',
      says: 'or one of `operation`, `pointer` and `changeId` must be given',
      holds: ({ rule, operation, pointer, changeId }: AddIgnoreRule) =>
        (rule ?? operation ?? pointer ?? changeId) !== undefined,
    },
  ],
})
export class AddIgnoreRule extends ConnectionRef implements IgnoreMatch {
  @Text({
    max: 2000,
    optional: true,
    example: 'response-property-removed',
    description: '`*` stands for anything in it.',
  })
  readonly rule?: string;

  @Text({ max: 2000, optional: true, example: 'GET /invoices/{id}', description: '`*` stands for anything in it.' })
  readonly operation?: string;

  @Text({
    max: 2000,
    optional: true,
    example: '/components/schemas/Invoice',
    description: 'A JSON pointer into either document; it and everything below it.',
  })
  readonly pointer?: string;

  @Text({ max: 128, optional: true, example: '1b0f24b9a7290a46', description: 'One change, by its `changeId`.' })
  readonly changeId?: string;

  @Text({ max: 2000, example: 'we do not read this field' })
  readonly reason!: string;

  @Instant({ optional: true, description: 'When the rule ends; without it, it holds permanently.' })
  readonly until?: string;
}

@Shape()
export class RemoveIgnoreRule extends ConnectionRef {
  @Id()
  readonly ignoreId!: string;
}
