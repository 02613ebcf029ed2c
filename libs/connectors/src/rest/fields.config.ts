import { z } from 'zod';
import { httpHeaders, httpUrl, required, wholeNumber } from '@tidemark/connector-sdk/manifest';
import { checkExpression } from './jmespath.config.js';

export const text = z.string({ error: required('must be text') }).min(1, 'must not be empty');

export const name = text.regex(
  /^[a-z0-9][a-z0-9_.-]{0,63}$/i,
  'must be 1 to 64 letters, digits, dots, hyphens or underscores',
);

export const expression = text.max(2000).superRefine(checkExpression);

export const parameter = text.max(128, 'must be at most 128 characters');

export const values = z.record(parameter, z.union([z.string(), z.number(), z.boolean()]), {
  error: 'must be an object of names and values',
});

export const baseUrl = httpUrl
  .refine((url) => !/[?#]/.test(url), 'must have no query and no fragment')
  .describe('http(s) URL that all paths are relative to');

export const headers = httpHeaders.describe('Sent with every request. Not for credentials.');

const RATE = 'must be a number from 0.001 to 1000';

export const limits = z
  .strictObject({
    requestsPerSecond: z
      .number({ error: RATE })
      .min(0.001, RATE)
      .max(1000, RATE)
      .describe('Requests per second per credential; 0.5 is one every two seconds')
      .optional(),
    burst: wholeNumber(1, 1000)
      .describe('Requests allowed in a burst after a pause; default one second’s worth')
      .optional(),
    inFlight: wholeNumber(1, 100).describe('Concurrent requests').optional(),
  })
  .describe('Rate limits of the API, unless its responses state them; default 16 concurrent requests');

export const bodyFormat = z
  .enum(['json', 'form'], { error: 'must be json or form' })
  .describe('How the body is sent: as JSON, or as form fields (`a[b]=1` for nested values)');
