import { z } from 'zod';
import { flag, httpHeaders, httpUrl, required, wholeNumber } from '@tidemark/connector-sdk/manifest';
import { checkExpression } from './jmespath.config.js';

const text = z.string({ error: required('must be text') }).min(1, 'must not be empty');
const name = text.regex(
  /^[a-z0-9][a-z0-9_.-]{0,63}$/i,
  'must be 1 to 64 letters, digits, dots, hyphens or underscores',
);

const expression = text.max(2000).superRefine(checkExpression);

const parameter = text.max(128, 'must be at most 128 characters');

const values = z.record(parameter, z.union([z.string(), z.number(), z.boolean()]), {
  error: 'must be an object of names and values',
});

const timeFormat = z.enum(['iso', 'epochSeconds', 'epochMilliseconds'], {
  error: 'must be iso, epochSeconds or epochMilliseconds',
});

const resizable = flag.describe('Whether a page may differ in size from the previous one');

const pagination = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('link'), resizable: resizable.default(false) }),
    z.strictObject({
      kind: z.literal('nextUrl'),
      next: expression.describe('Finds the URL of the next page in a response'),
      resizable: resizable.default(false),
    }),
    z.strictObject({
      kind: z.literal('cursor'),
      next: expression.describe('Finds the token of the next page in a response; none ends the read'),
      param: parameter.describe('Parameter for the token'),
      resizable: resizable.default(true),
    }),
    z.strictObject({
      kind: z.literal('page'),
      param: parameter.describe('Parameter for the page number'),
      first: wholeNumber(0, 1).describe('Number of the first page').default(1),
      more: expression.describe('Whether another page follows; without it an empty page ends the read').optional(),
    }),
    z.strictObject({
      kind: z.literal('offset'),
      param: parameter.describe('Parameter for the number of records to skip'),
      more: expression.describe('Whether another page follows; without it an empty page ends the read').optional(),
    }),
  ],
  { error: 'must have a kind: none, link, nextUrl, cursor, page or offset' },
);

const RATE = 'must be a number from 0.001 to 1000';
const rate = z.number({ error: RATE }).min(0.001, RATE).max(1000, RATE);

const incremental = z.strictObject({
  since: parameter.describe('Parameter for the start time of requested changes'),
  until: parameter.describe('Parameter for the end time of requested changes').optional(),
  format: timeFormat.describe('How times are sent').default('iso'),
  lookBackSeconds: wholeNumber(0, 604_800)
    .describe('Seconds by which a read overlaps the previous one, for changes that become visible late')
    .default(60),
});

const parent = z.strictObject({
  object: name.describe(
    'Parent object: this one is read once for each of its records; it must not have a parent itself',
  ),
  field: text.describe("Field of the data under which the parent's id is put").optional(),
  scoped: flag
    .describe('Whether ids are unique within a parent only: then `<parent id>/<id>` is the id')
    .default(false),
});

const object = z
  .strictObject({
    name: name.describe('Name in requests and records'),
    title: text.max(128).optional(),
    path: text
      .regex(/^\/[^?#\s]*$/, 'must start with / and have no query')
      .describe("Below the base URL; `{field}` stands for a field of the parent's record"),
    method: z.enum(['GET', 'POST'], { error: 'must be GET or POST' }).default('GET'),
    query: values.describe('Sent with every request; never secrets').optional(),
    body: z
      .record(z.string(), z.json(), { error: 'must be an object' })
      .describe('JSON body of a POST; parameters are added to it')
      .optional(),
    parameters: z
      .enum(['query', 'body'], { error: 'must be query or body' })
      .describe('Where parameters go; default body for POST')
      .optional(),
    records: expression.describe('Finds the list of records in a response').default('@'),
    id: expression.describe('Finds the id in a record: text or a number').default('id'),
    updatedAt: expression.describe('Finds the time of the last change in a record').optional(),
    timeFormat: timeFormat.describe('How records write times').default('iso'),
    deleted: expression.describe('Whether a record was deleted').optional(),
    total: expression.describe('Finds the total number of records in a response, for the estimate').optional(),
    incremental: incremental.describe('How to request only changes').optional(),
    pagination: pagination.default({ kind: 'none' }),
    pageSize: z
      .strictObject({
        param: parameter.describe('Parameter for the number of records per page'),
        min: wholeNumber(1, 10_000).describe('Smallest page size to request, even from a slow API').default(1),
        max: wholeNumber(1, 10_000).describe('Largest page size that the API accepts').default(100),
      })
      .refine(({ min, max }) => min <= max, { path: ['min'], error: 'must not be above max' })
      .optional(),
    parent: parent.describe('Reads the object once for every record of another').optional(),
  })
  .superRefine(({ method, body, parameters, path, parent: of }, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (method === 'GET' && body) refuse('body', 'requires the method POST');
    if (method === 'GET' && parameters === 'body') refuse('parameters', 'can be body only with the method POST');
    if (/[{}]/.test(path.replace(/\{[^{}]+\}/g, ''))) refuse('path', 'has an unmatched brace');
    if (!of && path.includes('{')) refuse('path', 'refers to fields of a parent, but the object has no parent');
  });

const limits = z.strictObject({
  requestsPerSecond: rate.describe('Requests per second per credential; 0.5 is one every two seconds').optional(),
  burst: wholeNumber(1, 1000)
    .describe('Requests allowed in a burst after a pause; default one second’s worth')
    .optional(),
  inFlight: wholeNumber(1, 100).describe('Concurrent requests').optional(),
});

/** Config of an `http-json` connection. */
export const httpJsonConfig = z.strictObject({
  baseUrl: httpUrl
    .refine((url) => !/[?#]/.test(url), 'must have no query and no fragment')
    .describe('http(s) URL that all paths are relative to'),
  headers: httpHeaders.describe('Sent with every request. Not for credentials.').optional(),
  limits: limits
    .describe('Rate limits of the API, unless its responses state them; default 16 concurrent requests')
    .optional(),
  objects: z
    .array(object, { error: required('must be a list of objects') })
    .min(1, 'must have at least one object')
    .max(100, 'must have at most 100 objects')
    .superRefine((objects, context) => {
      objects.forEach(({ name: own, parent: of }, at) => {
        const refuse = (path: string[], message: string) =>
          context.addIssue({ code: 'custom', path: [at, ...path], message });
        if (objects.findIndex((other) => other.name === own) < at) refuse(['name'], `${own} is listed twice`);
        if (!of) return;
        const known = objects.find((other) => other.name === of.object);
        if (!known) refuse(['parent', 'object'], `${of.object} is not one of the objects`);
        else if (known.parent) refuse(['parent', 'object'], `${of.object} has a parent itself`);
      });
    })
    .describe('Objects that can be read'),
});

export type HttpJsonConfig = z.infer<typeof httpJsonConfig>;
export type ObjectConfig = HttpJsonConfig['objects'][number];
export type Pagination = ObjectConfig['pagination'];
export type TimeFormat = z.infer<typeof timeFormat>;
