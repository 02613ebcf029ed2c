import { z } from 'zod';
import { flag, required } from '@tidemark/connector-sdk/manifest';

const text = z.string({ error: required('must be text') }).min(1, 'must not be empty');
const character = text.regex(/^[\x09\x20-\x7e]$/, 'must be one character');
const names = (message: string) => z.array(text, { error: required(message) }).min(1, message);

/** Bounds a row, so that an unclosed quote does not swallow the rest of a file. */
export const MAX_ROW_BYTES = 16 * 1024 ** 2;
const MAX_ROW_LIMIT = 256 * 1024 ** 2;

export const valueTypes = ['text', 'number', 'boolean', 'json'] as const;
export type ValueType = (typeof valueTypes)[number];

export const quotings = ['strict', 'loose', 'none'] as const;

const csv = z.strictObject({
  delimiter: character.describe('Between fields; default: , or, where the first rows have none, ; tab or |').optional(),
  quote: character.describe('Quote character of fields that contain delimiters, quotes or line breaks').default('"'),
  escape: character.describe('Before a quote inside a quoted field; default: the quote itself').optional(),
  quoting: z
    .enum(quotings, { error: `must be one of ${quotings.join(', ')}` })
    .describe('loose: a quote at any other place is text; none: every quote is text')
    .default('strict'),
  null: z
    .array(z.string(), { error: 'must be a list of texts' })
    .describe('Texts that are null unless quoted, such as "" and \\N; a written null is the first of them')
    .default([]),
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
    format: z.enum(['csv', 'jsonl'], { error: required('must be csv or jsonl') }).describe('CSV, or JSON lines'),
    csv: csv.optional(),
    encoding: text
      .refine(isEncoding, 'must be an encoding, such as utf-8, utf-16le or windows-1252')
      .describe('Encoding of files that are read; default: as the byte order mark says, else UTF-8')
      .optional(),
    maxRowBytes: z
      .int('must be a whole number')
      .min(1024, 'must be at least 1024')
      .max(MAX_ROW_LIMIT, `must be at most ${MAX_ROW_LIMIT}`)
      .describe('Longest row that is read or written, in bytes')
      .default(MAX_ROW_BYTES),
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

/** Everything that says where a row and its fields end. */
export type CsvDialect = Pick<CsvConfig, 'quote' | 'escape' | 'quoting'> & { readonly delimiter: string };

/** Default CSV options. */
export const csvDefaults = (config: Partial<CsvConfig> | undefined): CsvConfig => ({
  ...{ quote: '"', quoting: 'strict', null: [] },
  ...config,
});

/** Any label of the WHATWG Encoding Standard. */
export function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false;
  }
}
