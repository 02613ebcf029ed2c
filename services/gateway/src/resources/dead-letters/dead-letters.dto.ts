import { ListDeadLetters, SettleDeadLetters } from '@tidemark/contracts';
import { omit, Shape } from '@tidemark/contracts/fields';
import { QueryShape } from '../../edge/openapi/query-shape.js';

@QueryShape()
export class DeadLettersQuery extends omit(ListDeadLetters, 'tenant') {}

@Shape()
export class SettleDeadLettersBody extends omit(SettleDeadLetters, 'tenant') {}
