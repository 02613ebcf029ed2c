import type { FieldProblem } from '@tidemark/contracts';
import { z } from 'zod';

/** What zod found, as problems of fields; `schema` tells which fields there are. */
export function problemsOf(error: z.ZodError, schema: z.ZodType): FieldProblem[] {
  return error.issues.flatMap((issue) => problemsOfIssue(issue, schema));
}

function problemsOfIssue(issue: z.core.$ZodIssue, schema: z.ZodType): FieldProblem[] {
  const field = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const known = issue.path.length === 0 && schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    const message = known.length > 0 ? `is not known; the fields are ${known.join(', ')}` : 'is not known';
    return issue.keys.map((key) => ({ field: [...issue.path, key].join('.'), message }));
  }
  if (issue.code === 'invalid_key') return [{ field, message: issue.issues[0]?.message ?? issue.message }];
  if (issue.path.length === 0 && issue.code === 'invalid_type')
    return [{ field: 'config', message: 'must be an object' }];
  return [{ field, message: issue.message }];
}

/** Messages that follow a field's name: `url is required`. */
export const required =
  (message: string): z.core.$ZodErrorMap =>
  ({ input }) =>
    input === undefined ? 'is required' : message;

/** An http or https address without credentials in it. */
export const httpUrl = z
  .string({ error: required('must be an http or https URL') })
  .max(4096, 'must be an http or https URL')
  .superRefine((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
      context.addIssue({ code: 'custom', message: 'must be an http or https URL' });
    else if (url.username || url.password)
      context.addIssue({ code: 'custom', message: 'must not contain a user name or password' });
  });

export const wholeNumber = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};

export const truth = z.boolean({ error: 'must be true or false' });
