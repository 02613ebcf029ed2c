import { z } from 'zod';
import { wholeNumber } from '@tidemark/connector-sdk/manifest';
import { bodyFormat, expression, text, values } from '../rest/fields.config.js';

const request = {
  path: text.regex(/^\/[^?#\s]*$/, 'must start with / and have no query'),
  method: z.enum(['GET', 'POST'], { error: 'must be GET or POST' }),
  query: values.optional(),
  body: z.record(z.string(), z.json(), { error: 'must be an object' }).optional(),
  bodyFormat: bodyFormat.default('json'),
};

/** An export that the API prepares before it can be downloaded: create, poll until done, then the object's own request. */
export const exportConfig = z.strictObject({
  create: z.strictObject({
    ...request,
    method: request.method.default('POST'),
    id: expression.describe('Finds the id of the export in the answer: `{{export}}` elsewhere'),
  }),
  poll: z.strictObject({
    ...request,
    method: request.method.default('GET'),
    done: expression.describe('Whether the export can be downloaded'),
    failed: expression.describe('Whether the export has failed').optional(),
    url: expression
      .describe('Finds the URL of the download; without it the path of the object is requested')
      .optional(),
    everySeconds: wholeNumber(1, 600).describe('Seconds between two polls').default(5),
    forMinutes: wholeNumber(1, 1440).describe('Minutes after which an export has failed').default(60),
  }),
  downloadFrom: z
    .array(z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }), { error: 'must be a list of URLs' })
    .max(10, 'must have at most 10 URLs')
    .describe('Other origins that downloads may come from; requested without the credential')
    .default([]),
});

export type ExportConfig = z.infer<typeof exportConfig>;
