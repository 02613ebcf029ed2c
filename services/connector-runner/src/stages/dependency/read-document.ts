import { firstLine } from '@tidemark/foundation';
import { Terminal } from '@tidemark/resilience';
import { LineCounter, parseDocument } from 'yaml';

/** Largest number of values that the aliases of a YAML document may expand to. */
const MAX_ALIASES = 10_000;

/**
 * Reads JSON or YAML of any content: a document that a description refers to is often just one schema.
 * @throws Terminal SOURCE_INVALID with line and column
 */
export function readDocument(bytes: Uint8Array, source: string): unknown {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString('utf8')
    .replace(/^\ufeff/, '');
  if (/^\s*[{[]/.test(text)) {
    try {
      return JSON.parse(text);
    } catch {
      // Parsed as YAML, of which JSON is a subset, for the position of the error.
    }
  }
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { merge: true, prettyErrors: false, logLevel: 'silent', lineCounter: lines });
    const [fault] = document.errors;
    if (!fault) return document.toJS({ maxAliasCount: MAX_ALIASES });
    const { line, col } = lines.linePos(fault.pos[0]);
    throw invalid(`${source}:${line}:${col}: ${firstLine(fault.message)}`, fault);
  } catch (error) {
    throw error instanceof Terminal ? error : invalid(`${source}:1:1: ${firstLine(String(error))}`, error);
  }
}

function invalid(message: string, cause: unknown): Terminal {
  return new Terminal(
    'SOURCE_INVALID',
    `${message} (fetched because of a reference; set followRefs: false to ignore references)`,
    { cause },
  );
}
