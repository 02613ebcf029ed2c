import { Readable } from 'node:stream';
import { CsvError, parse, type Info } from 'csv-parse';
import type { Json } from '@tidemark/connector-sdk';
import { csvFault } from './csv-fault.js';
import { CsvLines, spotOf } from './csv-lines.js';
import { invalidFile, NOT_UTF8, type Spot, spotText, tooLong } from './file-errors.js';
import type { CsvConfig, CsvDialect } from './files.config.js';
import { FILE_START, type FileBytes, type FilePosition, type FileRow, type RowOptions } from './rows.js';
import { delimiterOf } from './sniff.js';
import { NotUtf8, utf8Only } from './utf8.js';
import { valueOf } from './values.js';

/** What may help where a file is not RFC 4180. */
const HINTS: Readonly<Record<string, string>> = {
  INVALID_OPENING_QUOTE: '; `quoting`: loose or none takes it as text',
  INVALID_CLOSING_QUOTE: '; `quoting`: loose or none takes it as text, `escape` may be a backslash',
};

type Dialect = CsvConfig & CsvDialect;

interface Fields {
  readonly fields: readonly (string | null)[];
  readonly begin: Spot;
  /** The position after them. */
  readonly end: FilePosition;
}

/**
 * The rows of a CSV file (RFC 4180) from a position on. A row with more or fewer fields than the header, or with a value of
 * another type than the config says, is a problem. @throws Terminal with line and byte where the file is not CSV
 */
export async function* csvRows(
  file: FileBytes,
  config: CsvConfig,
  from: FilePosition,
  options: RowOptions,
): AsyncGenerator<FileRow> {
  const dialect = { ...config, delimiter: config.delimiter ?? (await delimiterOf(file, config)) };
  const start = { ...FILE_START, byte: await byteOrderMark(file) };
  const header = config.columns
    ? { columns: config.columns, end: start }
    : await headerOf(file, { ...dialect, null: [] }, start, options);
  if (!header) return;
  const { columns } = header;
  const types = columns.map((column) =>
    config.types && Object.hasOwn(config.types, column) ? config.types[column]! : 'text',
  );
  const first = from.byte === 0 ? { ...header.end, row: 0 } : from;
  for await (const { fields, begin, end } of fieldsOf(file, dialect, first, options)) {
    const data: Record<string, Json> = {};
    let wrong: FileRow['problem'];
    const invalid = (message: string, field?: string) => ({
      code: 'OBJECT_INVALID',
      message: `${spotText(file.name, begin)}: ${message}`,
      data: fields,
      ...(field !== undefined && { field }),
    });
    if (fields.length !== columns.length)
      wrong = invalid(`${fields.length} fields where the header has ${columns.length}`);
    for (let n = 0; n < columns.length && !wrong; n++) {
      const type = types[n]!;
      const text = fields[n]!;
      const value = text === null || type === 'text' ? text : valueOf(text, type, options.inexact);
      if (value === undefined)
        wrong = invalid(
          `the value of ${columns[n]!} is not ${type === 'json' ? 'valid JSON' : `a ${type}`}`,
          columns[n]!,
        );
      // Assigning to this name would set the prototype.
      else if (columns[n] === '__proto__') Object.defineProperty(data, '__proto__', { value, enumerable: true });
      else data[columns[n]!] = value;
    }
    yield wrong ? { data: null, problem: wrong, end } : { data, end };
  }
}

/** Length of the UTF-8 byte order mark, if present. */
async function byteOrderMark(file: FileBytes): Promise<number> {
  for await (const chunk of file.from(0)) return chunk.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0;
  return 0;
}

/** The names of the columns; undefined for an empty file. */
async function headerOf(file: FileBytes, config: Dialect, start: FilePosition, options: RowOptions) {
  for await (const { fields, end } of fieldsOf(file, config, start, options)) {
    const columns = fields as readonly string[];
    const named = new Set<string>();
    columns.forEach((name, at) => {
      if (name.trim() === '') throw invalidFile(`${file.name}: column ${at + 1} has no name in the header`);
      if (named.has(name)) throw invalidFile(`${file.name}: the header names column ${name} twice`);
      named.add(name);
    });
    return { columns, end };
  }
  return undefined;
}

async function* fieldsOf(
  file: FileBytes,
  config: Dialect,
  start: FilePosition,
  { maxRowBytes }: RowOptions,
): AsyncGenerator<Fields> {
  const { delimiter, quoting, null: nulls } = config;
  const quote = quoting === 'none' ? null : config.quote;
  const parser = parse({
    ...{ delimiter, quote, escape: quote && (config.escape ?? quote), relax_quotes: quoting === 'loose' },
    ...{ relax_column_count: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n', '\r'] },
    ...{ info: true, max_record_size: maxRowBytes },
    // Only where it is needed: a call for every field takes time.
    ...(nulls.length > 0 && { cast: (text, { quoting: quoted }) => (!quoted && nulls.includes(text) ? null : text) }),
  });
  const lines = new CsvLines(start);
  const bytes = Readable.from(lines.watch(utf8Only(file.from(start.byte), start.byte)), { objectMode: true });
  bytes.on('error', (error) => parser.destroy(error));
  bytes.pipe(parser);
  let { row } = start;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: (string | null)[]; info: Info }>) {
      row++;
      const begin = lines.behindBreaks();
      yield { fields: record, begin, end: { ...lines.to(start.byte + info.bytes), row } };
    }
  } catch (error) {
    throw await csvFailure(error, file, config, start, maxRowBytes);
  } finally {
    bytes.destroy();
    parser.destroy();
  }
}

async function csvFailure(
  error: unknown,
  file: FileBytes,
  config: Dialect,
  start: FilePosition,
  maxRowBytes: number,
): Promise<unknown> {
  if (error instanceof NotUtf8) {
    const spot = await spotOf(error.byte, start, file.from(start.byte));
    return invalidFile(`${spotText(file.name, spot)}: ${NOT_UTF8}`);
  }
  if (!(error instanceof CsvError)) return error;
  const spot = (await csvFault(file, config, start, maxRowBytes)) ?? start;
  // The parser's own message may quote the row.
  const code = error.code.replace(/^CSV_/, '');
  const what = code.replaceAll('_', ' ').toLowerCase() + (HINTS[code] ?? '');
  return invalidFile(`${spotText(file.name, spot)}: ${code === 'MAX_RECORD_SIZE' ? tooLong(maxRowBytes) : what}`);
}
