import { isUtf8 } from 'node:buffer';
import { type InexactNumbers, jsonErrorPosition, JsonTooDeep, parseJson } from '@tidemark/resilience';
import type { Json, JsonObject } from '@tidemark/connector-sdk';
import { invalidFile, NOT_UTF8, spotText, tooLong } from './file-errors.js';
import { type FileBytes, type FilePosition, type FileRow, type RowOptions } from './rows.js';
import { firstBad } from './utf8.js';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The rows of a file with one JSON object per line, from a position on; empty lines are skipped. Any other line is a
 * problem that names line and byte. @throws Terminal for a line that is too long
 */
export async function* jsonLines(
  file: FileBytes,
  from: FilePosition,
  { maxRowBytes, inexact }: RowOptions,
): AsyncGenerator<FileRow> {
  let at = from;
  for await (const { line, length } of linesOf(file, from, maxRowBytes)) {
    const end = { byte: at.byte + length, line: at.line + 1, row: at.row + 1 };
    const row = rowOf(line, at, file.name, inexact);
    if (row) yield { ...row, end };
    at = row ? end : { ...end, row: at.row };
  }
}

function rowOf(
  line: Buffer,
  at: FilePosition,
  file: string,
  inexact: InexactNumbers | undefined,
): Omit<FileRow, 'end'> | null {
  // Not only the first line can have one: concatenated files have several.
  const mark = line.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  const bytes = line.subarray(mark);
  const invalid = (what: string, byte = -mark) => {
    const spot = spotText(file, { line: at.line, byte: at.byte + mark + byte });
    return { data: null, problem: { code: 'OBJECT_INVALID', message: `${spot}: ${what}` } };
  };
  if (!isUtf8(bytes)) return invalid(NOT_UTF8, firstBad(bytes));
  const text = bytes.toString('utf8');
  if (text.trim() === '') return null;
  try {
    const value = parseJson(text, inexact) as Json;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { data: value as JsonObject };
    return invalid('the line is JSON, but not an object');
  } catch (error) {
    if (error instanceof JsonTooDeep) return invalid(`the line ${error.message}`);
    return invalid('not valid JSON from here on', Buffer.byteLength(text.slice(0, jsonErrorPosition(text))));
  }
}

/** Lines without their line ending, and their size in bytes with it. */
async function* linesOf(
  file: FileBytes,
  { byte, line }: FilePosition,
  maxRowBytes: number,
): AsyncGenerator<{ line: Buffer; length: number }> {
  let parts: Buffer[] = [];
  let kept = 0;
  let start = byte;
  const whole = (tail: Buffer) => {
    const all = parts.length > 0 ? Buffer.concat([...parts, tail]) : tail;
    [parts, kept] = [[], 0];
    return all;
  };
  const long = () => invalidFile(`${spotText(file.name, { line, byte: start })}: ${tooLong(maxRowBytes)}`);
  for await (const chunk of file.from(byte)) {
    let begin = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, begin)) {
      const length = kept + end - begin + 1;
      if (length > maxRowBytes + 1) throw long();
      yield { line: whole(chunk.subarray(begin, end)), length };
      begin = end + 1;
      start += length;
      line++;
    }
    if (begin < chunk.length) {
      parts.push(chunk.subarray(begin));
      kept += chunk.length - begin;
    }
    if (kept > maxRowBytes) throw long();
  }
  if (kept > 0) {
    const length = kept;
    yield { line: whole(Buffer.alloc(0)), length };
  }
}
