import { RecordCursorInvalid } from './port.js';

/** A position among changes, as text for callers. */
export const toCursor = (sequence: number, order = 0): string => encoded([sequence, order]);

/** @throws RecordCursorInvalid */
export function parseCursor(text: string): readonly [sequence: number, order: number] {
  const [sequence, order] = decoded(text);
  if (Number.isSafeInteger(sequence) && Number.isSafeInteger(order)) return [sequence as number, order as number];
  throw new RecordCursorInvalid();
}

/** A position among failed rows, as text for callers. */
export const toPosition = (since: number, id: string): string => encoded([since, id]);

/** @throws RecordCursorInvalid */
export function parsePosition(text: string): readonly [since: number, id: string] {
  const [since, id] = decoded(text);
  if (Number.isSafeInteger(since) && typeof id === 'string') return [since as number, id];
  throw new RecordCursorInvalid();
}

const encoded = (pair: readonly [unknown, unknown]) => Buffer.from(JSON.stringify(pair)).toString('base64url');

function decoded(text: string): readonly unknown[] {
  try {
    const pair = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown;
    if (Array.isArray(pair) && pair.length === 2) return pair;
  } catch {
    // Not JSON: not ours.
  }
  throw new RecordCursorInvalid();
}
