import { z } from 'zod';
import { required, wholeNumber } from '@tidemark/connector-sdk/manifest';
import { answerRules } from '../rest/answer-rules.config.js';
import { baseUrl, bodyFormat, expression, headers, limits, name, text, values } from '../rest/fields.config.js';
import { templateFaults } from '../rest/template.config.js';

const checkTemplate = (template: unknown, context: Pick<z.core.$RefinementCtx, 'addIssue'>) => {
  for (const { path, message } of templateFaults(template)) context.addIssue({ code: 'custom', path, message });
};

const template = z.json().superRefine(checkTemplate);

const rules = answerRules(['refuse', 'retry', 'rateLimit', 'auth', 'skip', 'ok']).describe(
  'Rules on answers whose status does not say what they mean; the first one that applies decides',
);

/** Where an answer says what became of rows. */
const results = z.strictObject({
  rows: expression.describe('Finds a list of results in the answer'),
  match: expression
    .describe("Finds a row's `id` in a result, or a list of them; without it results are in the order of the rows")
    .optional(),
  status: z
    .enum(['created', 'updated', 'deleted', 'skipped', 'failed'], {
      error: 'must be created, updated, deleted, skipped or failed',
    })
    .describe('What the whole list is about; without it `ok` and `created` decide for each result')
    .optional(),
  ok: expression.describe('Whether the row was written; default true').optional(),
  created: expression.describe('Whether it was new').optional(),
  code: expression.describe("Finds the system's code of an error in a result").optional(),
  message: expression.describe('Finds its message').optional(),
  field: expression.describe('Finds the field at fault').optional(),
  retryable: expression.describe('Whether the same row may succeed later').optional(),
});

const operation = z
  .strictObject({
    method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE'], { error: 'must be POST, PUT, PATCH or DELETE' }).default('POST'),
    path: text
      .regex(/^\/[^?#]*$/, 'must start with / and have no query')
      .superRefine(checkTemplate)
      .describe('Below the base URL; `{{row.email}}` stands for a value of the row'),
    query: values.superRefine(checkTemplate).optional(),
    body: template
      .describe('What is sent: templates see `row`, `rows` and `batch`. Default the row, or the rows')
      .optional(),
    row: template.describe('What stands for one row in `{{rows}}`; default the row itself').optional(),
    bodyFormat: bodyFormat.default('json'),
    rowsPerRequest: wholeNumber(1, 10_000).describe('Most rows in one request; default 1').default(1),
    id: text.superRefine(checkTemplate).describe("The row's id in results; default its key").optional(),
    idempotencyHeader: text
      .regex(/^[\w-]{1,64}$/, 'must be the name of a header')
      .describe('Header for a key that is the same whenever the request is repeated; then an append may be repeated')
      .optional(),
    created: expression
      .describe('Whether the row was new, by `status`, `headers` and `body`; default by the status 201')
      .optional(),
    results: z
      .array(results, { error: 'must be a list' })
      .max(10, 'must have at most 10 lists')
      .describe('Where the answer says what became of each row; without it the status counts for all')
      .optional(),
    refusal: z
      .strictObject({ code: expression.optional(), message: expression.optional(), field: expression.optional() })
      .describe('Where the answer to a refused request has code, message and field, by `status` and `body`')
      .optional(),
    missing: z
      .array(wholeNumber(400, 499), { error: 'must be a list of statuses' })
      .describe('Statuses that mean that a row to update or delete is not there')
      .default([404, 410]),
    retryStatuses: z
      .array(wholeNumber(400, 599), { error: 'must be a list of statuses' })
      .describe('Statuses that may pass, besides 408, 425, 429 and 5xx')
      .default([]),
  })
  .superRefine(({ method, body, row, rowsPerRequest, results: lists, path }, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (method === 'DELETE' && row !== undefined && body === undefined) refuse('row', 'requires a body');
    if (rowsPerRequest > 1 && /\{\{\s*row\b/.test(path)) refuse('path', 'names a row, but a request has several');
    if (rowsPerRequest > 1 && JSON.stringify(body ?? null).includes('{{row.')) refuse('body', 'names a row, but a request has several: use `row` and {{rows}}'); // prettier-ignore
    if (lists?.length === 0) refuse('results', 'must have at least one list');
  });

const object = z
  .strictObject({
    name: name.describe('The object that rows are written to'),
    append: operation.describe('Adds rows').optional(),
    upsert: operation.describe('Adds or updates rows by their key; for the modes upsert and mirror').optional(),
    update: operation.describe('Updates rows that are there').optional(),
    delete: operation.describe('Deletes rows, for the mode mirror').optional(),
  })
  .refine(({ append, upsert, update }) => append ?? upsert ?? update, {
    error: 'must have an operation: append, upsert or update',
  });

/** Config of an `http` connection. */
export const httpConfig = z.strictObject({
  baseUrl,
  headers: headers.optional(),
  limits: limits.optional(),
  answers: rules.optional(),
  check: z
    .strictObject({ path: text.regex(/^\/[^#\s]*$/, 'must start with /') })
    .describe('A path that answers 2xx to GET when address and credential are right')
    .optional(),
  objects: z
    .array(object, { error: required('must be a list of objects') })
    .min(1, 'must have at least one object')
    .max(100, 'must have at most 100 objects')
    .superRefine((objects, context) => {
      objects.forEach(({ name: own }, at) => {
        if (objects.findIndex((other) => other.name === own) < at)
          context.addIssue({ code: 'custom', path: [at, 'name'], message: `${own} is listed twice` });
      });
    })
    .describe('Objects that can be written'),
});

export type HttpConfig = z.infer<typeof httpConfig>;
export type ObjectConfig = HttpConfig['objects'][number];
export type OperationConfig = NonNullable<ObjectConfig['upsert']>;
export type ResultsConfig = NonNullable<OperationConfig['results']>[number];
