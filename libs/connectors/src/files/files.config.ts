import { z } from 'zod';
import { flag, required } from '@tidemark/connector-sdk/manifest';

const text = z.string({ error: required('must be text') }).min(1, 'must not be empty');
const character = text.regex(/^[\x09\x20-\x7e]$/, 'must be one character');
const names = (message: string) => z.array(text, { error: required(message) }).min(1, message);

export const valueTypes = ['text', 'number', 'boolean', 'json'] as const;
export type ValueType = (typeof valueTypes)[number];

const csv = z.strictObject({
  delimiter: character.describe('Between fields').default(','),
  quote: character.describe('Quote character of fields that contain delimiters, quotes or line breaks').default('"'),
  columns: names('must be a list of names').describe('Column names of files without a header row').optional(),
  types: z
    .record(text, z.enum(valueTypes, { error: `must be one of ${valueTypes.join(', ')}` }), {
      error: 'must be an object of columns and types',
    })
    .describe('Types of column values; default text. An empty value of another type is null')
    .optional(),
});

const object = z.strictObject({
  name: text
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be 1 to 64 letters, digits, hyphens or underscores')
    .describe('Name in requests and records'),
  files: text
    .regex(/^[^/\\\0]+$/, 'must be a file name pattern, without folders')
    .describe('File name pattern: `*` matches any characters, `?` matches one'),
  key: names('must be a list of fields')
    .describe('Fields that identify a row; default: file and row number')
    .optional(),
});

/** Config of a `files` connection. */
export const filesConfig = z
  .strictObject({
    folder: text
      .refine((path) => !path.includes('\0'), 'must be a path')
      .describe("Below the installation's folder for files, or an absolute path inside it")
      .default('.'),
    format: z.enum(['csv', 'jsonl'], { error: required('must be csv or jsonl') }).describe('CSV, or JSON lines; UTF-8'),
    csv: csv.optional(),
    gzip: flag.describe('Whether to compress written files; files named .gz are always read compressed').default(false),
    objects: z
      .array(object, { error: 'must be a list of objects' })
      .max(100, 'must have at most 100 objects')
      .superRefine((objects, context) => {
        const names = new Set<string>();
        objects.forEach(({ name }, at) => {
          if (names.has(name))
            context.addIssue({ code: 'custom', path: [at, 'name'], message: `${name} is listed twice` });
          names.add(name);
        });
      })
      .describe('Objects that can be read; a destination needs none')
      .default([]),
  })
  .refine(({ csv, format }) => !csv || format === 'csv', { path: ['csv'], error: 'requires the format csv' });

export type FilesConfig = z.infer<typeof filesConfig>;
export type CsvConfig = z.infer<typeof csv>;

/** Default CSV options. */
export const csvDefaults = (config: CsvConfig | undefined): CsvConfig => config ?? { delimiter: ',', quote: '"' };
