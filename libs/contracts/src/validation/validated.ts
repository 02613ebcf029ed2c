import { validateSync, type ValidationError } from 'class-validator';
import { invalid, problem, TidemarkError } from '../errors.js';
import { fieldsOf, rulesOf, type Shape } from '../fields/shape.js';
import { TEXT_RULE } from '../fields/text.js';
import type { FieldProblem } from '../shapes/error.js';
import { checkableOf, membersOf, plainOf, type Source } from './checkable.js';
import { conforms } from './conforms.js';

export interface ValidationOptions {
  /**
   * The origin of the input. Texts of a query become numbers, lists and booleans; times of a query or body are
   * rewritten in UTC with milliseconds; in a message, null stands for an optional field that is left out.
   */
  readonly from?: Source;
  /** How fields that the shape does not have are treated. Default: they are refused. */
  readonly unknown?: 'refuse' | 'ignore';
}

/**
 * The input in the types of its shape, as plain objects.
 * @throws TidemarkError VALIDATION_FAILED with every field at fault
 */
export function validated<T extends object>(shape: Shape<T>, input: unknown, options: ValidationOptions = {}): T {
  const { from = 'message', unknown = 'refuse' } = options;
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new TidemarkError('VALIDATION_FAILED', `the ${from} must be a JSON object`);
  if (from === 'message' && conforms(shape, input)) return withRules(shape, input) as T;
  const unknownFields: FieldProblem[] = [];
  const refusedTexts: FieldProblem[] = [];
  const instance = checkableOf(shape, input, {
    from,
    onUnknown: (path) => unknownFields.push(notKnown(path)),
    onRefusedText: (path) => refusedTexts.push(problem(path, TEXT_RULE)),
  });
  const problems = [...fieldProblems(shape, instance), ...refusedTexts, ...(unknown === 'refuse' ? unknownFields : [])];
  if (problems.length > 0) throw invalid(problems);
  return plainOf(withRules(shape, instance)) as T;
}

/** The value, when it breaks no rule between fields. @throws TidemarkError VALIDATION_FAILED */
function withRules<T extends object>(shape: Shape, value: T): T {
  const broken = [...ruleProblems(shape, value)];
  if (broken.length > 0) throw invalid(broken);
  return value;
}

const notKnown = (path: string) => problem(path, 'is not a known field');

/** What class-validator finds wrong with the fields of an instance that it can check. */
export function fieldProblems(shape: Shape, instance: object): FieldProblem[] {
  if (fieldsOf(shape).size === 0) return [];
  const options = { stopAtFirstError: true, validationError: { target: false, value: false } };
  return validateSync(instance, options).flatMap((error) => problemsOf(error));
}

function problemsOf({ property, constraints = {}, children = [] }: ValidationError, parent = ''): FieldProblem[] {
  const field = pathOf(parent, property);
  const own = Object.values(constraints).map((says) => problem(field, says));
  return [...own, ...children.flatMap((child) => problemsOf(child, field))];
}

/** The broken rules between fields, of the object and of those in it. */
function* ruleProblems(shape: Shape, value: object, path = ''): Generator<FieldProblem> {
  for (const { field = '', says, holds } of rulesOf(shape)) if (!holds(value)) yield problem(pathOf(path, field), says);
  for (const { name, shape: inner, value: member } of membersOf(shape, value))
    yield* ruleProblems(inner, member, pathOf(path, name));
}

function pathOf(parent: string, name: string): string {
  if (parent === '' || name === '') return parent || name;
  return /^\d+$/.test(name) ? `${parent}[${name}]` : `${parent}.${name}`;
}
