import { z } from 'zod';
import { required, wholeNumber } from '@tidemark/connector-sdk/manifest';
import type { Json } from '@tidemark/connector-sdk';

const text = z.string({ error: required('must be text') }).min(1, 'must not be empty');
const json: z.ZodType<Json> = z.json();
const object = z.record(text, json, { error: 'must be an object' });

const use = z.union(
  [
    z.strictObject({ part: z.enum(['username', 'password']), setting: text }),
    z.strictObject({ part: z.enum(['username', 'password']), variable: text.regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
  ],
  { error: 'must have `part` (username or password; a token is a password) and `setting` or `variable`' },
);

const limits = z
  .strictObject({
    memoryMiB: wholeNumber(16, 1_048_576).describe('Memory of the program and what it starts').default(1024),
    silentSeconds: wholeNumber(1, 86_400).describe('Longest time without any output').default(300),
    totalSeconds: wholeNumber(1, 604_800).describe('Longest time of one run').default(21_600),
  })
  .prefault({});

/** Config of a `singer` connection. */
export const singerConfig = z.strictObject({
  executable: text
    .regex(/^\/[^\0]*[^/\0]$/, 'must be an absolute path')
    .describe('The tap or target: an absolute path that TIDEMARK_SINGER_ALLOW lists'),
  settings: object.describe('The config of the tap or target, without secrets').default({}),
  credential: z
    .array(use, { error: 'must be a list' })
    .describe('Where the tap or target expects parts of the credential: a setting, or a variable of its environment')
    .default([]),
  startDateSetting: text.describe('Setting that a tap reads only later changes by, such as start_date').optional(),
  catalogArgument: z
    .enum(['--catalog', '--properties'], { error: 'must be --catalog or --properties' })
    .describe('How the tap takes its catalog; older ones with --properties')
    .default('--catalog'),
  streams: z
    .array(text, { error: 'must be a list of names' })
    .describe('Streams of a tap that has no discovery; it then gets no catalog')
    .optional(),
  schemas: z
    .record(text, object, { error: 'must be an object of objects' })
    .describe('For a target: JSON Schemas of fields, per object; default: what the rows of a batch show')
    .default({}),
  limits,
});

export type SingerConfig = z.infer<typeof singerConfig>;
export type ProgramLimits = z.infer<typeof limits>;
