import type { Cursor } from '@tidemark/contracts';
import { Terminal } from '@tidemark/resilience';
import type { z } from 'zod';

/** The error for an unusable cursor. `owner`: what it should belong to, such as `github issues`. */
export const cursorExpired = (owner: string): Terminal =>
  new Terminal('SOURCE_CURSOR_EXPIRED', `this cursor does not belong to ${owner}: read from the beginning`);

/** Parses a stored cursor. @throws Terminal `SOURCE_CURSOR_EXPIRED` when the schema rejects it */
export function parseCursor<T>(schema: z.ZodType<T>, cursor: unknown, owner: string): T {
  const { data, success } = schema.safeParse(cursor);
  if (!success) throw cursorExpired(owner);
  return data;
}

/** A read's state as plain JSON, without undefined fields. */
export const toCursor = (state: object): Cursor => JSON.parse(JSON.stringify(state)) as Cursor;
