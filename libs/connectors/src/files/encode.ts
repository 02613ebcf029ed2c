import type { Json, RowResult, WriteRow } from '@tidemark/connector-sdk';
import { csvDefaults, type FilesConfig } from './files.config.js';

const created: RowResult = { status: 'created' };

/** A batch as the text of a file, and the result of each row. */
export function encodeRows(rows: readonly WriteRow[], config: FilesConfig) {
  return config.format === 'csv' ? encodeCsv(rows, config) : encodeLines(rows, config);
}

function encodeLines(rows: readonly WriteRow[], { maxRowBytes }: FilesConfig) {
  const lines = rows.map(({ data }) => `${JSON.stringify(data)}\n`);
  const results = lines.map((line) => fitting(line, maxRowBytes));
  return { content: lines.filter((_line, at) => results[at] === created).join(''), results };
}

/** With a header row, unless the config names the columns: then a row with another field is refused. */
function encodeCsv(rows: readonly WriteRow[], { csv, maxRowBytes }: FilesConfig) {
  const config = csvDefaults(csv);
  const columns = config.columns ?? [...new Set(rows.flatMap(({ data }) => Object.keys(data)))];
  const known = new Set(columns);
  const lineOf = lineOfCsv(config);
  const lines: string[] = config.columns ? [] : [lineOf(columns)];
  const results = rows.map(({ data }): RowResult => {
    const field = Object.keys(data).find((name) => !known.has(name));
    if (field !== undefined) {
      const message = `there is no column ${field}; the config has ${columns.join(', ')}`;
      return { status: 'failed', field, code: 'FIELD_UNKNOWN', message, retryable: false };
    }
    const line = lineOf(columns.map((name) => (Object.hasOwn(data, name) ? data[name] : null)));
    const result = fitting(line, maxRowBytes);
    if (result === created) lines.push(line);
    return result;
  });
  return { content: lines.join(''), results };
}

/** Nested values as JSON; null as the first text that means it, or empty. Text that looks like null is quoted. */
function lineOfCsv({ delimiter = ',', quote, escape = quote, null: nulls }: ReturnType<typeof csvDefaults>) {
  const special = new Set([delimiter, quote, escape, '\n', '\r']);
  const fieldOf = (value: Json | undefined): string => {
    if (value === null || value === undefined) return nulls[0] ?? '';
    const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
    const isPlain = !nulls.includes(text) && ![...special].some((one) => text.includes(one));
    if (isPlain) return text;
    const slashed = escape === quote ? text : text.replaceAll(escape, escape + escape);
    return quote + slashed.replaceAll(quote, escape + quote) + quote;
  };
  return (values: readonly (Json | undefined)[]): string => `${values.map(fieldOf).join(delimiter)}\n`;
}

/** A row that the source would refuse to read is not written. */
function fitting(line: string, maxRowBytes: number): RowResult {
  // A character has at most three bytes for each of its UTF-16 units.
  if (line.length * 3 <= maxRowBytes || Buffer.byteLength(line) <= maxRowBytes) return created;
  const message = `the row is longer than ${maxRowBytes} bytes; \`maxRowBytes\` of the config raises the limit`;
  return { status: 'failed', code: 'VALUE_TOO_LONG', message, retryable: false };
}
