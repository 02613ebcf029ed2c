import { z } from 'zod';
import { flag, httpHeaders, httpUrl, wholeNumber } from '@tidemark/connector-sdk/manifest';

export const OPENAPI_DEFAULTS = { maxRefs: 50, maxBytes: 64 * 1024 ** 2 } as const;

/** Config of an `openapi` connection. */
export const openapiConfig = z.strictObject({
  url: httpUrl.describe('http(s) address of the description'),
  headers: httpHeaders
    .describe('Sent with every request to the origin of `url`, and to no other. Not for credentials.')
    .optional(),
  maxBytes: wholeNumber(1, 1024 ** 3)
    .describe('Bytes of the description and all documents it refers to together; at most what the installation allows')
    .optional(),
  followRefs: flag.describe('Whether `$ref`s into other documents are fetched').default(true),
  maxRefs: wholeNumber(0, 1000)
    .describe(`Largest number of other documents; default ${OPENAPI_DEFAULTS.maxRefs}`)
    .optional(),
});

export type OpenapiConfig = z.infer<typeof openapiConfig>;

/** A config that has passed the checks, with its defaults. */
export const readOpenapiConfig = (config: unknown): OpenapiConfig => openapiConfig.parse(config);
