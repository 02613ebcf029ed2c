import { ConditionDetail, services, type ServiceName } from '@tidemark/contracts';
import { ListOf, OneOf, Shape } from '@tidemark/contracts/fields';

const names = Object.keys(services) as ServiceName[];

@Shape()
export class ServiceCondition extends ConditionDetail {
  @OneOf(names, { description: 'The service in whose process it is.' })
  readonly service!: ServiceName;
}

@Shape()
export class ConditionList {
  @ListOf(() => ServiceCondition)
  readonly data!: readonly ServiceCondition[];
}
