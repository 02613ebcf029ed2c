import { Instant, Shape, SomeOf, Text } from '@tidemark/contracts/fields';
import { scopes, type Scope } from '../../api-key/scope.js';
import { QueryShape } from '../../edge/openapi/query-shape.js';
import { PageQuery, ViewPageShape } from '../../edge/paging.js';

const tenant = { max: 64, pattern: /^[A-Za-z0-9_.-]+$/, optional: true } as const;

@Shape()
export class CreateKeyBody {
  @Text({ max: 200, example: 'ci' })
  readonly name!: string;

  @SomeOf(scopes, {
    min: 1,
    description: '`operate` manages the installation: keys of any tenant, projections, providers.',
  })
  readonly scopes!: readonly Scope[];

  @Text({ ...tenant, description: "Default: the caller's own." })
  readonly tenant?: string;
}

@QueryShape()
export class KeysQuery extends PageQuery {
  @Text({ ...tenant, description: 'Default: all.' })
  readonly tenant?: string;
}

@Shape()
export class Key {
  @Text()
  readonly id!: string;

  @Text()
  readonly name!: string;

  @Text()
  readonly tenant!: string;

  @SomeOf(scopes)
  readonly scopes!: readonly Scope[];

  @Instant()
  readonly createdAt!: string;

  @Instant({ nullable: true })
  readonly revokedAt!: string | null;
}

@Shape()
export class NewKey extends Key {
  @Text({ description: 'The key itself: shown only once, never stored.', example: 'tmk_…' })
  readonly key!: string;
}

@Shape()
export class KeyPage extends ViewPageShape(Key) {}
