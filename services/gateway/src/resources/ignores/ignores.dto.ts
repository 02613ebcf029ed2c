import { AddIgnoreRule, IgnoreRule } from '@tidemark/contracts';
import { ListOf, omit, Shape } from '@tidemark/contracts/fields';

@Shape()
export class AddIgnoreRuleBody extends omit(AddIgnoreRule, 'tenant', 'connectionId') {}

@Shape()
export class IgnoreList {
  @ListOf(() => IgnoreRule)
  readonly data!: readonly IgnoreRule[];
}
