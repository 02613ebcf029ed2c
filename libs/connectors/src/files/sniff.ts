import { isUtf8 } from 'node:buffer';
import { csvFault } from './csv-fault.js';
import { decoded, headOf, markedEncoding } from './decoded.js';
import type { CsvConfig, CsvDialect } from './files.config.js';
import { FILE_START, type FileBytes } from './rows.js';

const SAMPLE_BYTES = 64 * 1024;
const DELIMITERS = [',', ';', '\t', '|'];

/**
 * The delimiter of a file: a comma if its first row has one outside of quotes; else the first of `;`, tab and `|` that
 * each of the first rows has equally often.
 */
export async function delimiterOf(
  file: FileBytes,
  { quote, quoting }: Pick<CsvConfig, 'quote' | 'quoting'>,
): Promise<string> {
  const sample = (await headOf(file, SAMPLE_BYTES)).toString('latin1');
  const mark = quoting === 'none' ? undefined : quote;
  const rows = countedRows(sample, mark, sample.length === SAMPLE_BYTES);
  const first = rows[0];
  if (first === undefined || first[0]! > 0) return ',';
  const found = DELIMITERS.findIndex((_, at) => first[at]! > 0 && rows.every((row) => row[at] === first[at]));
  return DELIMITERS[found] ?? ',';
}

/** How often each row has each delimiter outside of quotes; without the last one when it is cut off. */
function countedRows(sample: string, quote: string | undefined, isCut: boolean): number[][] {
  const rows: number[][] = [];
  let row = DELIMITERS.map(() => 0);
  let [quoted, empty] = [false, true];
  const end = () => {
    if (!empty) rows.push(row);
    [row, empty] = [DELIMITERS.map(() => 0), true];
  };
  for (const character of sample) {
    if (character === quote) quoted = !quoted;
    else if (!quoted && (character === '\n' || character === '\r')) {
      end();
      continue;
    } else if (!quoted && DELIMITERS.includes(character)) row[DELIMITERS.indexOf(character)]!++;
    empty = false;
  }
  if (!isCut) end();
  return rows;
}

/** In words, how a file differs from UTF-8 with commas where the config leaves that open. */
export async function guessesOf(stored: FileBytes, csv: CsvConfig | undefined, encoding?: string): Promise<string[]> {
  const guess = encoding ?? (await markedEncoding(stored));
  const delimiter = csv && (csv.delimiter ?? (await delimiterOf(decoded(stored, guess), csv)));
  return [
    ...(encoding === undefined && guess !== 'utf-8' ? [`encoding ${guess}`] : []),
    ...(csv?.delimiter === undefined && delimiter !== undefined && delimiter !== ',' ? [delimiterText(delimiter)] : []),
  ];
}

const delimiterText = (delimiter: string): string => `delimiter ${delimiter === '\t' ? 'tab' : delimiter}`;

/** How a file is to be read, and in words what of it was guessed. */
export interface Sniffed {
  readonly file: FileBytes;
  readonly csv: CsvConfig;
  readonly took: readonly string[];
}

/** Guesses what the options leave open: encoding, delimiter, backslash escapes, loose quotes. For a person who sees what it took. */
export async function sniffed(stored: FileBytes, csv: Partial<CsvConfig>, encoding?: string): Promise<Sniffed> {
  const guess = encoding ?? (await encodingOf(stored));
  const file = decoded(stored, guess);
  const whole: CsvConfig = { quote: '"', quoting: 'strict', null: [], ...csv };
  const delimiter = csv.delimiter ?? (await delimiterOf(file, whole));
  const took = [
    ...(encoding === undefined && guess !== 'utf-8' ? [`encoding ${guess}`] : []),
    ...(csv.delimiter === undefined && delimiter !== ',' ? [delimiterText(delimiter)] : []),
  ];
  const dialect = { ...whole, delimiter };
  if (csv.quoting !== undefined || (await fits(file, dialect))) return { file, csv: dialect, took };
  const slashed = { ...dialect, escape: '\\' };
  if (csv.escape === undefined && (await fits(file, slashed)))
    return { file, csv: slashed, took: [...took, 'backslash before quotes'] };
  const loose = { ...dialect, quoting: 'loose' } as const;
  return (await fits(file, loose))
    ? { file, csv: loose, took: [...took, 'loose quotes'] }
    : { file, csv: dialect, took };
}

async function encodingOf(file: FileBytes): Promise<string> {
  const marked = await markedEncoding(file);
  if (marked !== 'utf-8') return marked;
  const sample = await headOf(file, SAMPLE_BYTES);
  // Up to the last line: a cut may be inside a character.
  const lines = sample.length < SAMPLE_BYTES ? sample : sample.subarray(0, sample.lastIndexOf(0x0a) + 1);
  return isUtf8(lines) ? 'utf-8' : 'windows-1252';
}

/** Whether the first rows have no fault; a quote that the sample's end leaves open is none. */
async function fits(file: FileBytes, dialect: CsvDialect): Promise<boolean> {
  const sample = await headOf(file, SAMPLE_BYTES);
  const isCut = sample.length === SAMPLE_BYTES;
  const bytes: FileBytes = { name: file.name, from: (byte) => one(sample.subarray(byte)) };
  const fault = await csvFault(bytes, dialect, FILE_START, SAMPLE_BYTES + 1);
  return fault === null || (isCut && fault.byte > 0 && (await isOpenAtEnd(bytes, dialect, sample)));
}

/** Whether closing the sample's last quote removes the fault. */
async function isOpenAtEnd(bytes: FileBytes, dialect: CsvDialect, sample: Buffer): Promise<boolean> {
  const closed = { ...bytes, from: () => one(Buffer.concat([sample, Buffer.from(dialect.quote)])) };
  return (await csvFault(closed, dialect, FILE_START, SAMPLE_BYTES + 2)) === null;
}

async function* one(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
