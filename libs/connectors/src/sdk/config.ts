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

/** Headers that carry credentials, or that the fetch itself sets. */
const REFUSED_HEADERS =
  /^(authorization|proxy-.*|cookie2?|x-api-key|api-key|x-auth-token|host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|if-.*|range|accept-encoding)$/i;

const HEADER_VALUE = 'must be text of at most 4096 characters without line breaks';

/** Names and values of HTTP headers that are neither secret nor set by the client itself. */
export const httpHeaders = z
  .record(
    z
      .string()
      .regex(/^[!#$%&'*+.^_`|~0-9a-z-]{1,128}$/i, 'is not a valid header name')
      .refine((name) => !REFUSED_HEADERS.test(name), 'cannot be set here: it is set by the fetch or secret'),
    z.string({ error: HEADER_VALUE }).regex(/^[\t\x20-\x7e\x80-\xff]{0,4096}$/, HEADER_VALUE),
    { error: 'must be an object of header names and values' },
  )
  .refine((all) => Object.keys(all).length <= 32, 'must have at most 32 headers');
