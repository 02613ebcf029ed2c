import { RecordCursorInvalid } from './port.js';

export interface Position {
  readonly sequence: number;
  readonly order: number;
}

export const START: Position = { sequence: -1, order: 0 };

/**
 * A position among changes, as text for callers.
 * @param generation of the scope: positions of another one mean nothing in it
 */
export const toCursor = ({ sequence, order }: Position, generation: string): string =>
  Buffer.from(JSON.stringify([sequence, order, generation])).toString('base64url');

/** @throws RecordCursorInvalid */
export function parseCursor(text: string, generation: string): Position {
  const [sequence, order, of] = partsOf(text);
  if (of !== generation || !Number.isSafeInteger(sequence) || !Number.isSafeInteger(order))
    throw new RecordCursorInvalid();
  return { sequence, order } as Position;
}

/** A position among failed rows, as text for callers. */
export const toPosition = (since: number, id: string): string =>
  Buffer.from(JSON.stringify([since, id])).toString('base64url');

/** @throws RecordCursorInvalid */
export function parsePosition(text: string): readonly [since: number, id: string] {
  const [since, id] = partsOf(text);
  if (!Number.isSafeInteger(since) || typeof id !== 'string') throw new RecordCursorInvalid();
  return [since as number, id];
}

function partsOf(text: string): readonly unknown[] {
  try {
    const parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown;
    return Array.isArray(parts) ? parts : [];
  } catch {
    return []; // Not JSON: not ours.
  }
}
