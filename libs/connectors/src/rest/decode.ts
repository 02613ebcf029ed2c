import { isUtf8 } from 'node:buffer';
import { parse as parseCsv } from 'csv-parse/sync';
import { jsonErrorPosition, JsonTooDeep, parseJson } from '@tidemark/resilience/exact-json';
import type { Json } from '@tidemark/foundation';
import { Undecodable } from './decode-error.js';
import { parseXml } from './xml.js';

/** The format of answers, and what its content type says of the text. */
export interface Decoding {
  readonly format: 'json' | 'ndjson' | 'csv' | 'xml';
  readonly charset?: string | undefined;
  /** Of CSV; default a comma. */
  readonly delimiter?: string | undefined;
}

const BOMS = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
] as const;

/** A body as JSON has it: the rows of NDJSON and CSV as a list, of XML as nested objects. @throws Undecodable */
export function decode(bytes: Uint8Array, decoding: Decoding): Json {
  const text = textOf(bytes, decoding.charset);
  switch (decoding.format) {
    case 'json':
      return jsonOf(text, '');
    case 'ndjson':
      return text.split('\n').flatMap((line, at) => (line.trim() === '' ? [] : [jsonOf(line, `line ${at + 1} `)]));
    case 'csv':
      return csvOf(text, decoding.delimiter);
    case 'xml':
      return parseXml(text);
  }
}

function textOf(bytes: Uint8Array, charset: string | undefined): string {
  const marked = BOMS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte))?.[0];
  const label = marked ?? charset ?? 'utf-8';
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_NOT_SUPPORTED')
      throw new Undecodable(`has the unknown charset ${label.slice(0, 40)}`);
    throw new Undecodable(`is not ${label === 'utf-8' || !isUtf8(bytes) ? label.toUpperCase() : label}`);
  }
}

function jsonOf(text: string, where: string): Json {
  try {
    return parseJson(text) as Json;
  } catch (error) {
    if (error instanceof JsonTooDeep) throw new Undecodable(`${where}${error.message}`);
    if (text === '') throw new Undecodable(`${where}is empty`);
    throw new Undecodable(`${where}is not JSON from character ${jsonErrorPosition(text)} on`);
  }
}

/** Each row as an object by the header's names; one with more or fewer fields stays a list. */
function csvOf(text: string, delimiter = ','): Json {
  try {
    const lenient = { relax_column_count: true, skip_empty_lines: true, record_delimiter: ['\r\n', '\n', '\r'] };
    const [header = [], ...rows] = parseCsv(text, { delimiter, ...lenient }) as unknown as string[][];
    if (new Set(header).size < header.length) throw new Undecodable('is not CSV: the header names a column twice');
    return rows.map((row) =>
      row.length === header.length ? Object.fromEntries(row.map((value, at) => [header[at]!, value])) : row,
    );
  } catch (error) {
    if (error instanceof Undecodable) throw error;
    const { code = '', lines } = error as { code?: string; lines?: number };
    const what = code.replace(/^CSV_/, '').replaceAll('_', ' ').toLowerCase();
    throw new Undecodable(`is not CSV: ${what}${lines === undefined ? '' : ` in line ${lines}`}`);
  }
}
