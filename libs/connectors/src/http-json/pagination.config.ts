import { z } from 'zod';
import { flag, wholeNumber } from '@tidemark/connector-sdk/manifest';
import { expression, parameter } from '../rest/fields.config.js';
import { placement } from '../rest/placement.config.js';

const resizable = flag.describe('Whether a page may differ in size from the previous one');

/** Where something stands in an answer: an expression on its body, or a header. */
const finder = z.union([expression, z.strictObject({ header: parameter })], {
  error: ({ input }) =>
    input === undefined ? 'is required' : 'must be a valid JMESPath expression, or an object with a header',
});

const more = expression.describe('Whether another page follows; without it an empty page ends the read').optional();

const ends = {
  lastPage: z
    .enum(['empty', 'short'], { error: 'must be empty or short' })
    .describe('Which page is the last: an empty one, or already one with fewer records than requested')
    .default('empty'),
  repeated: z
    .enum(['fail', 'end'], { error: 'must be fail or end' })
    .describe('What a page means that repeats the previous one')
    .default('fail'),
};

export const pagination = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('link'), resizable: resizable.default(false) }),
    z.strictObject({
      kind: z.literal('nextUrl'),
      next: finder.describe('Finds the URL of the next page in a response'),
      resizable: resizable.default(false),
    }),
    z.strictObject({
      kind: z.literal('cursor'),
      next: finder.describe('Finds the token of the next page in a response; none ends the read'),
      param: placement.describe('Where the token goes; not needed where `{{cursor}}` stands in the request').optional(),
      alone: flag.describe('Whether the token replaces the times of requested changes').default(false),
      resizable: resizable.default(true),
    }),
    z.strictObject({
      kind: z.literal('page'),
      param: placement.describe('Where the page number goes, unless `{{page}}` stands in the request').optional(),
      first: wholeNumber(0, 1).describe('Number of the first page').default(1),
      more,
      ...ends,
    }),
    z.strictObject({
      kind: z.literal('offset'),
      param: placement
        .describe('Where the number of records to skip goes, unless `{{offset}}` stands in the request')
        .optional(),
      first: wholeNumber(0, 1).describe('Number of the first record').default(0),
      more,
      ...ends,
    }),
  ],
  { error: 'must have a kind: none, link, nextUrl, cursor, page or offset' },
);

export type Pagination = z.infer<typeof pagination>;
export type Finder = z.infer<typeof finder>;
