import { z } from 'zod';
import { flag, httpHeaders, httpUrl, wholeNumber } from '@tidemark/connector-sdk/manifest';

export const OPENAPI_DEFAULTS = { maxRefs: 50, maxBytes: 64 * 1024 ** 2 } as const;

/** Config of an `openapi` connection. */
export const openapiConfig = z.strictObject({
  url: httpUrl.describe('http(s) URL of the description'),
  headers: httpHeaders
    .describe('Sent with every request to the origin of `url`, and to no other. Not for credentials.')
    .optional(),
  maxBytes: wholeNumber(1, 1024 ** 3)
    .describe(
      'Maximum total size in bytes of the description and all documents it refers to; capped by the installation',
    )
    .optional(),
  followRefs: flag.describe('Whether to fetch `$ref`s to other documents').default(true),
  maxRefs: wholeNumber(0, 1000)
    .describe(`Maximum number of other documents; default ${OPENAPI_DEFAULTS.maxRefs}`)
    .optional(),
});

export type OpenapiConfig = z.infer<typeof openapiConfig>;

/** A validated config, with its defaults. */
export const readOpenapiConfig = (config: unknown): OpenapiConfig => openapiConfig.parse(config);
