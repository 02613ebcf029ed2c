import { Readable } from 'node:stream';
import { CsvError, parse, type Info } from 'csv-parse';
import type { Json } from '@tidemark/connector-sdk';
import { csvFault } from './csv-fault.js';
import { CsvLines, spotOf } from './csv-lines.js';
import { invalidFile, type Spot, spotText } from './file-errors.js';
import type { CsvConfig } from './files.config.js';
import { FILE_START, type FileBytes, type FilePosition, type FileRow } from './rows.js';
import { NotUtf8, utf8Only } from './utf8.js';
import { valueOf } from './values.js';

/** Bounds a row, so that an unclosed quote does not swallow the rest of a file. */
const MAX_RECORD_BYTES = 16 * 1024 ** 2;

interface Fields {
  readonly fields: readonly string[];
  readonly begin: Spot;
  /** The position after them. */
  readonly end: FilePosition;
}

/**
 * The rows of a CSV file (RFC 4180) from a position on. A row with more or fewer fields than the header, or with a value of
 * another type than the config says, is a problem. @throws Terminal with line and byte where the file is not CSV
 */
export async function* csvRows(file: FileBytes, config: CsvConfig, from: FilePosition): AsyncGenerator<FileRow> {
  const start = { ...FILE_START, byte: await byteOrderMark(file) };
  const header = config.columns ? { fields: config.columns, end: start } : await headerOf(file, config, start);
  if (!header) return;
  const columns = header.fields;
  const types = columns.map((column) =>
    config.types && Object.hasOwn(config.types, column) ? config.types[column]! : 'text',
  );
  const first = from.byte === 0 ? { ...header.end, row: 0 } : from;
  for await (const { fields, begin, end } of fieldsOf(file, config, first)) {
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
      const value = type === 'text' ? fields[n]! : valueOf(fields[n]!, type);
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
async function headerOf(file: FileBytes, config: CsvConfig, start: FilePosition): Promise<Fields | undefined> {
  for await (const header of fieldsOf(file, config, start)) {
    const named = new Set<string>();
    header.fields.forEach((name, at) => {
      if (name.trim() === '') throw invalidFile(`${file.name}: column ${at + 1} has no name in the header`);
      if (named.has(name)) throw invalidFile(`${file.name}: the header names column ${name} twice`);
      named.add(name);
    });
    return header;
  }
  return undefined;
}

async function* fieldsOf(file: FileBytes, config: CsvConfig, start: FilePosition): AsyncGenerator<Fields> {
  const { delimiter, quote } = config;
  const lenient = {
    escape: quote,
    relax_column_count: true,
    skip_empty_lines: true,
    record_delimiter: ['\r\n', '\n', '\r'],
  };
  const parser = parse({ delimiter, quote, ...lenient, info: true, max_record_size: MAX_RECORD_BYTES });
  const lines = new CsvLines(start);
  const bytes = Readable.from(lines.watch(utf8Only(file.from(start.byte), start.byte)), { objectMode: true });
  bytes.on('error', (error) => parser.destroy(error));
  bytes.pipe(parser);
  let { row } = start;
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      row++;
      const begin = lines.behindBreaks();
      yield { fields: record, begin, end: { ...lines.to(start.byte + info.bytes), row } };
    }
  } catch (error) {
    throw await csvFailure(error, file, config, start);
  } finally {
    bytes.destroy();
    parser.destroy();
  }
}

async function csvFailure(error: unknown, file: FileBytes, config: CsvConfig, start: FilePosition): Promise<unknown> {
  if (error instanceof NotUtf8) {
    const spot = await spotOf(error.byte, start, file.from(start.byte));
    return invalidFile(`${spotText(file.name, spot)}: not UTF-8 from here on`);
  }
  if (!(error instanceof CsvError)) return error;
  const spot = (await csvFault(file, config, start, MAX_RECORD_BYTES)) ?? start;
  // The parser's own message may quote the row.
  const what = error.code.replace(/^CSV_/, '').replaceAll('_', ' ').toLowerCase();
  return invalidFile(`${spotText(file.name, spot)}: ${what}`);
}
