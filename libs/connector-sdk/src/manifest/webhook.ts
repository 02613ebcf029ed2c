import type { SchemeName, WebhookSettings } from '@tidemark/webhooks';
import { z } from 'zod';
import { required, wholeNumber } from './fields.js';

/** Written out: manifests load no code that signs. */
const schemes: Readonly<Record<SchemeName, SchemeName>> = {
  github: 'github',
  'standard-webhooks': 'standard-webhooks',
  slack: 'slack',
  stripe: 'stripe',
  notion: 'notion',
  'microsoft-graph': 'microsoft-graph',
  'google-drive': 'google-drive',
};

const text = z
  .string({ error: required('must be text') })
  .min(1, 'must not be empty')
  .max(200);
const path = text.regex(/^[^.\s]+(\.[^.\s]+)*$/, 'must be a path such as data.object.id');
const header = text.regex(/^[!#$%&'*+.^_`|~0-9a-z-]+$/i, 'is not a valid header name');

const signature = z.strictObject({
  header: header.describe('Header with the signature'),
  algorithm: z.enum(['sha1', 'sha256', 'sha512'], { error: 'must be sha1, sha256 or sha512' }).optional(),
  encoding: z.enum(['hex', 'base64'], { error: 'must be hex or base64' }).optional(),
  prefix: text.describe('Before each signature in the header: `sha256=`').optional(),
  separator: text.max(1).describe('Between signatures, where the header may hold several').optional(),
  content: text.describe('What is signed, with `{body}`, `{timestamp}` and `{id}` in it; default `{body}`').optional(),
  timestampHeader: header.describe('Time in seconds or milliseconds since 1970; must be part of `content`').optional(),
  toleranceS: wholeNumber(1, 86_400).describe('Seconds by which the time may differ; default 300').optional(),
  deliveryIdHeader: header.describe('Header that is the same when a delivery is repeated').optional(),
  deliveryIdPath: path.describe('Path of such an id in the payload').optional(),
});

/** How a system's webhooks are verified and read, for configs of connectors that serve any system. Never secrets. */
export const webhookConfig = z.strictObject({
  scheme: z.union([z.enum(schemes), signature], {
    error: `must be one of ${Object.keys(schemes).join(', ')}, or an object that describes the signature`,
  }),
  objects: z
    .strictObject({
      list: path.describe('Path of a list in the payload, each item of which is one object').optional(),
      name: path.describe("Path of the sender's name of the object").optional(),
      externalId: path.describe("Path of the object's id").optional(),
      names: z.record(text, text).describe("The connection's object for each of the sender's names").optional(),
    })
    .describe('Where the payload names what changed')
    .optional(),
});

/** Without the members that are not set. */
export const webhookSettings = (config: z.infer<typeof webhookConfig> | undefined): WebhookSettings | undefined =>
  config && (JSON.parse(JSON.stringify(config)) as WebhookSettings);
