import { stringify } from 'csv-stringify/sync';
import type { Json, RowResult, WriteRow } from '@tidemark/connector-sdk';
import { csvDefaults, type FilesConfig } from './files.config.js';

const created: RowResult = { status: 'created' };

/** A batch as the text of a file, and the result of each row. */
export function encodeRows(rows: readonly WriteRow[], config: FilesConfig) {
  return config.format === 'csv' ? encodeCsv(rows, config) : encodeLines(rows);
}

function encodeLines(rows: readonly WriteRow[]): { content: string; results: readonly RowResult[] } {
  return { content: rows.map(({ data }) => `${JSON.stringify(data)}\n`).join(''), results: rows.map(() => created) };
}

/** With a header row, unless the config names the columns: then a row with another field is refused. */
function encodeCsv(rows: readonly WriteRow[], config: FilesConfig): { content: string; results: readonly RowResult[] } {
  const { delimiter, quote, columns: fixed } = csvDefaults(config.csv);
  const columns = fixed ?? [...new Set(rows.flatMap(({ data }) => Object.keys(data)))];
  const known = new Set(columns);
  const results = rows.map(({ data }): RowResult => {
    const field = Object.keys(data).find((name) => !known.has(name));
    if (field === undefined) return created;
    const message = `there is no column ${field}; the config has ${columns.join(', ')}`;
    return { status: 'failed', field, code: 'FIELD_UNKNOWN', message, retryable: false };
  });
  const table = rows
    .filter((_row, at) => results[at] === created)
    .map(({ data }) => columns.map((name) => (Object.hasOwn(data, name) ? textOf(data[name]) : '')));
  const lines = fixed ? table : [columns, ...table];
  return { content: stringify(lines, { delimiter, quote, escape: quote, record_delimiter: '\n' }), results };
}

/** Nested values as JSON; null as empty. */
function textOf(value: Json | undefined): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
