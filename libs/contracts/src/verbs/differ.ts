import { shaped } from '../fields/field-type.js';
import { Change } from '../shapes/changes.js';
import { CompareSnapshots, Comparison, RenderComparison, RenderedComparison } from '../shapes/comparison.js';
import {
  ChangeList,
  FindChanges,
  FoundChanges,
  GetChange,
  large,
  ListChanges,
  ListOperations,
  OperationList,
} from '../shapes/differ-queries.js';
import { AddIgnoreRule, IgnoreRule, RemoveIgnoreRule } from '../shapes/ignore-rules.js';
import { Nothing } from '../shapes/operations.js';
import { verb, verbsOf } from './verb.js';

export const differVerbs = verbsOf('differ', {
  'list-operations': verb({
    input: ListOperations,
    output: large(shaped(() => OperationList)),
    summary: 'Lists the operations of a normalized document, references resolved',
  }),
  'list-changes': verb({
    input: ListChanges,
    output: large(shaped(() => ChangeList)),
    summary: 'Lists recorded changes, marked by the current ignore list',
  }),
  'get-change': verb({
    input: GetChange,
    output: large(shaped(() => Change)),
    summary: 'Shows a recorded change',
    errors: ['NOT_FOUND'],
  }),
  'find-changes': verb({
    input: FindChanges,
    output: large(shaped(() => FoundChanges)),
    summary: 'Lists the changes between two normalized documents by the current rules; nothing is recorded',
  }),
  'compare-snapshots': verb({
    input: CompareSnapshots,
    output: shaped(() => Comparison),
    summary: 'Compares two normalized documents by the current rules; nothing is recorded',
  }),
  'render-comparison': verb({
    input: RenderComparison,
    output: shaped(() => RenderedComparison),
    summary: 'The same comparison, as a document',
  }),
  'add-ignore-rule': verb({
    input: AddIgnoreRule,
    output: shaped(() => IgnoreRule),
    unknown: 'refuse',
    summary: 'Matching changes are expected from now on; an identical rule is not added twice',
    description: 'CONFLICT: the list is full.',
    errors: ['CONFLICT'],
  }),
  'remove-ignore-rule': verb({
    input: RemoveIgnoreRule,
    output: shaped(() => Nothing),
    summary: 'Matching changes are unexpected again',
    errors: ['NOT_FOUND'],
  }),
});
