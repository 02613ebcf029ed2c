import type { Json, JsonObject } from '../sdk/source.js';
import { invalidFile, spotText } from './file-errors.js';
import { FILE_START, type FileBytes, type FilePosition, type FileRow } from './rows.js';

const NEWLINE = 0x0a;
const MAX_LINE_BYTES = 16 * 1024 ** 2;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The rows of a file with a JSON object a line, from a place on; empty lines are passed over. A line that is something
 * else is a problem that names line and byte. @throws Terminal for a line of more than 16 MiB
 */
export async function* jsonLines(file: FileBytes, from: FilePosition = FILE_START): AsyncGenerator<FileRow> {
  let at = from;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for await (const { line, length } of linesOf(file, from)) {
    const end = { byte: at.byte + length, line: at.line + 1, row: at.row + 1 };
    const row = rowOf(line, at, file.name, decoder);
    if (row) yield { ...row, end };
    at = row ? end : { ...end, row: at.row };
  }
}

function rowOf(
  line: Buffer,
  at: FilePosition,
  file: string,
  decoder: InstanceType<typeof TextDecoder>,
): Omit<FileRow, 'end'> | null {
  const invalid = (what: string, byte = 0) => ({
    data: null,
    problem: { code: 'OBJECT_INVALID', message: `${spotText(file, { line: at.line, byte: at.byte + byte })}: ${what}` },
  });
  let text: string;
  try {
    text = decoder.decode(line);
  } catch {
    return invalid('the line is not UTF-8');
  }
  if (text.trim() === '') return null;
  try {
    const value = JSON.parse(text) as Json;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { data: value as JsonObject };
    return invalid('the line is JSON, but no object');
  } catch (error) {
    // The place is known where the parser tells; its own words quote the line.
    const place = /at position (\d+)/.exec((error as Error).message)?.[1];
    const byte = place === undefined ? line.length : Buffer.byteLength(text.slice(0, Number(place)));
    return invalid('no JSON from here on', byte);
  }
}

/** Lines without their end, and the bytes that they take with it. */
async function* linesOf(
  file: FileBytes,
  { byte, line }: FilePosition,
): AsyncGenerator<{ line: Buffer; length: number }> {
  let parts: Buffer[] = [];
  let kept = 0;
  let first = byte === 0;
  const whole = (tail: Buffer) => {
    const all = parts.length > 0 ? Buffer.concat([...parts, tail]) : tail;
    const marked = first && all.subarray(0, 3).equals(BYTE_ORDER_MARK);
    first = false;
    [parts, kept] = [[], 0];
    return marked ? all.subarray(3) : all;
  };
  for await (const chunk of file.from(byte)) {
    let begin = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, begin)) {
      const length = kept + end - begin + 1;
      yield { line: whole(chunk.subarray(begin, end)), length };
      begin = end + 1;
      line++;
    }
    if (begin < chunk.length) {
      parts.push(chunk.subarray(begin));
      kept += chunk.length - begin;
    }
    if (kept > MAX_LINE_BYTES) throw invalidFile(`${file.name}, line ${line}: more than ${MAX_LINE_BYTES} bytes`);
  }
  if (kept > 0) {
    const length = kept;
    yield { line: whole(Buffer.alloc(0)), length };
  }
}
