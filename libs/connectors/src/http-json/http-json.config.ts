import { z } from 'zod';
import { flag, required, wholeNumber, webhookConfig } from '@tidemark/connector-sdk/manifest';
import { answerRules } from '../rest/answer-rules.config.js';
import { baseUrl, bodyFormat, expression, headers, limits, name, text, values } from '../rest/fields.config.js';
import { placement } from '../rest/placement.config.js';
import { checkObject, isCircular } from './check-object.config.js';
import { timeFormat, timeZone } from '../rest/times.config.js';
import { exportConfig } from './export.config.js';
import { pagination } from './pagination.config.js';

/** What a rule on answers can make of one. */
const rules = answerRules([
  'fail',
  'retry',
  'rateLimit',
  'auth',
  'ignore',
  'problem',
  'empty',
  'end',
  'restart',
]).describe('Rules on answers whose status does not say what they mean; the first one that applies decides');

const incremental = z.strictObject({
  since: placement
    .describe('Where the start time of requested changes goes, unless `{{since}}` stands in the request')
    .optional(),
  until: placement.describe('Where the end time of requested changes goes, or `{{until}}` in the request').optional(),
  format: timeFormat.describe('How times are sent').default('iso'),
  beginning: z.iso
    .datetime({ error: 'must be a time, ISO 8601 in UTC' })
    .describe('Start time for a read of everything, where the API requires one')
    .optional(),
  sorted: flag
    .describe('Whether records come in the order of `updatedAt`: a read that must restart does so from the last one')
    .default(false),
  lookBackSeconds: wholeNumber(0, 604_800)
    .describe('Seconds by which a read overlaps the previous one, for changes that become visible late')
    .default(60),
});

const parent = z.strictObject({
  object: name.describe('Parent object: this one is read once for each of its records; it may have a parent itself'),
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
    bodyFormat: bodyFormat.default('json'),
    headers: headers.describe('Sent with requests of this object, beside those of all objects').optional(),
    format: z
      .enum(['json', 'ndjson', 'csv', 'xml'], { error: 'must be json, ndjson, csv or xml' })
      .describe('Format of the responses; rows of NDJSON and CSV are the list itself')
      .default('json'),
    delimiter: z
      .string({ error: 'must be one character' })
      .regex(/^[^"\r\n]$/, 'must be one character')
      .describe('Between two fields of CSV; default a comma')
      .optional(),
    export: exportConfig.describe('An export that the API prepares before its result can be requested').optional(),
    answers: rules.optional(),
    parameters: z
      .enum(['query', 'body'], { error: 'must be query or body' })
      .describe('Where parameters go; default body for POST')
      .optional(),
    records: expression.describe('Finds the list of records in a response').default('@'),
    nullable: flag.describe('Whether a response without the list has no records').default(false),
    id: expression.describe('Finds the id in a record: text or a number').default('id'),
    updatedAt: expression.describe('Finds the time of the last change in a record').optional(),
    timeFormat: timeFormat.describe('How records write times').default('iso'),
    timeZone: timeZone.default('UTC'),
    deleted: expression.describe('Whether a record was deleted').optional(),
    total: expression.describe('Finds the total number of records in a response, for the estimate').optional(),
    incremental: incremental.describe('How to request only changes').optional(),
    pagination: pagination.default({ kind: 'none' }),
    pageSize: z
      .strictObject({
        param: placement
          .describe('Where the number of records per page goes, unless `{{size}}` stands in the request')
          .optional(),
        min: wholeNumber(1, 10_000).describe('Smallest page size to request, even from a slow API').default(1),
        max: wholeNumber(1, 10_000).describe('Largest page size that the API accepts').default(100),
      })
      .refine(({ min, max }) => min <= max, { path: ['min'], error: 'must not be above max' })
      .optional(),
    parent: parent.describe('Reads the object once for every record of another').optional(),
  })
  .superRefine(checkObject);

/** Config of an `http-json` connection. */
export const httpJsonConfig = z.strictObject({
  baseUrl,
  headers: headers.optional(),
  limits: limits.optional(),
  answers: rules.optional(),
  webhook: webhookConfig.describe('What the API pushes; signed with the webhookSecrets of the credential').optional(),
  objects: z
    .array(object, { error: required('must be a list of objects') })
    .min(1, 'must have at least one object')
    .max(100, 'must have at most 100 objects')
    .superRefine((objects, context) => {
      const byName = new Map(objects.map((object) => [object.name, object]));
      const before = new Set<string>();
      objects.forEach(({ name: own, parent: of }, at) => {
        const refuse = (path: string[], message: string) =>
          context.addIssue({ code: 'custom', path: [at, ...path], message });
        if (before.has(own)) refuse(['name'], `${own} is listed twice`);
        before.add(own);
        if (!of) return;
        const known = byName.get(of.object);
        if (!known) refuse(['parent', 'object'], `${of.object} is not one of the objects`);
        else if (isCircular(own, byName)) refuse(['parent', 'object'], `${of.object} is its own ancestor`);
      });
    })
    .describe('Objects that can be read'),
});

export type HttpJsonConfig = z.infer<typeof httpJsonConfig>;
export type ObjectConfig = HttpJsonConfig['objects'][number];
