import { z } from 'zod';

/** Error of a field that has no default; messages follow the field's name: `url is required`. */
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

/** True or false. */
export const flag = z.boolean({ error: 'must be true or false' });

/** Headers that carry credentials, or that the HTTP client sets itself. */
const REFUSED_HEADERS =
  /^(authorization|proxy-.*|cookie2?|x-api-key|api-key|x-auth-token|host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|if-.*|range|accept-encoding)$/i;

const HEADER_VALUE = 'must be text of at most 4096 characters without line breaks';

/** HTTP headers that are neither secret nor set by the client itself. */
export const httpHeaders = z
  .record(
    z
      .string()
      .regex(/^[!#$%&'*+.^_`|~0-9a-z-]{1,128}$/i, 'is not a valid header name')
      .refine((name) => !REFUSED_HEADERS.test(name), 'cannot be set here: it is secret or set by the HTTP client'),
    z.string({ error: HEADER_VALUE }).regex(/^[\t\x20-\x7e\x80-\xff]{0,4096}$/, HEADER_VALUE),
    { error: 'must be an object of header names and values' },
  )
  .refine((all) => Object.keys(all).length <= 32, 'must have at most 32 headers');
