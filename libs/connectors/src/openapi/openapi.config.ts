import { z } from 'zod';
import { httpUrl, truth, wholeNumber } from '../sdk/config.js';

export const DEFAULT_MAX_REFS = 50;
export const DEFAULT_MAX_BYTES = 64 * 1024 ** 2;

/** Headers that carry credentials, or that the fetch itself sets. */
const REFUSED_HEADERS =
  /^(authorization|proxy-.*|cookie2?|x-api-key|api-key|x-auth-token|host|connection|keep-alive|content-length|transfer-encoding|te|trailer|upgrade|expect|if-.*|range|accept-encoding)$/i;

const HEADER_VALUE = 'must be text of at most 4096 characters without line breaks';

const headers = z
  .record(
    z
      .string()
      .regex(/^[!#$%&'*+.^_`|~0-9a-z-]{1,128}$/i, 'is not a valid header name')
      .refine((name) => !REFUSED_HEADERS.test(name), 'cannot be set here: it is set by the fetch or secret'),
    z.string({ error: HEADER_VALUE }).regex(/^[\t\x20-\x7e\x80-\xff]{0,4096}$/, HEADER_VALUE),
    { error: 'must be an object of header names and values' },
  )
  .refine((all) => Object.keys(all).length <= 32, 'must have at most 32 headers');

/** Config of an `openapi` connection. */
export const openapiConfig = z.strictObject({
  url: httpUrl.describe('http(s) address of the description'),
  headers: headers
    .describe('Sent with every request to the origin of `url`, and to no other. Not for credentials.')
    .optional(),
  maxBytes: wholeNumber(1, 1024 ** 3)
    .describe('Bytes of the description and all documents it refers to together; at most what the installation allows')
    .optional(),
  followRefs: truth.describe('Whether `$ref`s into other documents are fetched').default(true),
  maxRefs: wholeNumber(0, 1000).describe(`Largest number of other documents; default ${DEFAULT_MAX_REFS}`).optional(),
});

export type OpenapiConfig = z.infer<typeof openapiConfig>;

/** A config that has passed the checks, with its defaults. */
export const readConfig = (config: unknown): OpenapiConfig => openapiConfig.parse(config);
