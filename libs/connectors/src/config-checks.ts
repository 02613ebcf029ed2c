import type { FieldProblem } from '@tidemark/contracts';

/** Says what is wrong with one field's value; an empty list when nothing is. `field` is the path to it. */
export type FieldCheck = (value: unknown, field: string) => FieldProblem[];

/** Checks every field of a config object; unknown fields are refused, so that a slip of the pen is seen. */
export function objectProblems(config: unknown, fields: Readonly<Record<string, FieldCheck>>): FieldProblem[] {
  if (!isRecord(config)) return [{ field: 'config', message: 'must be an object' }];
  const problems = Object.entries(fields).flatMap(([field, check]) => check(config[field], field));
  const known = Object.keys(fields);
  for (const field of Object.keys(config)) {
    if (known.includes(field)) continue;
    const message = known.length > 0 ? `is not known; the fields are ${known.join(', ')}` : 'is not known';
    problems.push({ field, message });
  }
  return problems;
}

export const optional =
  (check: FieldCheck): FieldCheck =>
  (value, field) =>
    value === undefined ? [] : check(value, field);

export const isBoolean: FieldCheck = (value, field) =>
  typeof value === 'boolean' ? [] : [{ field, message: 'must be true or false' }];

export const isWholeNumber =
  (min: number, max: number): FieldCheck =>
  (value, field) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max
      ? []
      : [{ field, message: `must be a whole number from ${min} to ${max}` }];

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
