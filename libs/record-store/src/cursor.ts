import { RecordCursorInvalid } from './port.js';

/** A position among changes, as text for callers. */
export const toCursor = (sequence: number, order = 0): string =>
  Buffer.from(JSON.stringify([sequence, order])).toString('base64url');

/** @throws RecordCursorInvalid */
export function parseCursor(text: string): readonly [sequence: number, order: number] {
  try {
    const position = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown;
    if (Array.isArray(position) && position.length === 2 && position.every(Number.isSafeInteger))
      return position as [number, number];
  } catch {
    // Not JSON: not ours.
  }
  throw new RecordCursorInvalid();
}
