import { TidemarkError, type FieldProblem } from '@tidemark/contracts';
import { validateSync, type ValidationError } from 'class-validator';
import { instanceOf } from './instance.js';
import { invalid } from './invalid.js';

/**
 * The input as an instance of its class, checked; what is not a field of the class is refused by name.
 * @throws TidemarkError VALIDATION_FAILED with every field at fault
 */
export function validated<T extends object>(type: new () => T, input: unknown = {}): T {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new TidemarkError('VALIDATION_FAILED', 'the body must be a JSON object');
  const instance = instanceOf(type, input) as T;
  const options = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true };
  const errors = validateSync(instance, options);
  if (errors.length > 0) throw invalid(errors.flatMap((error) => problemsOf(error)));
  return instance;
}

function problemsOf({ property, constraints = {}, children = [] }: ValidationError, parent = ''): FieldProblem[] {
  const field = parent === '' ? property : `${parent}.${property}`;
  const own = Object.entries(constraints).map(([rule, text]) => ({ field, message: messageOf(rule, text, property) }));
  // One sentence a field is enough: several rules tend to say the same.
  return [...own.slice(0, 1), ...children.flatMap((child) => problemsOf(child, field))];
}

function messageOf(rule: string, text: string, property: string): string {
  if (rule === 'whitelistValidation') return 'is not a known field';
  return text.startsWith(`${property} `) ? text.slice(property.length + 1) : text;
}
