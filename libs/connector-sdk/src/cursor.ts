import type { Cursor } from '@tidemark/contracts';
import { Terminal } from '@tidemark/resilience';
import type { z } from 'zod';

/** What a read fails with when a cursor cannot be used. `owner`: whose it should be, such as `github issues`. */
export const cursorExpired = (owner: string): Terminal =>
  new Terminal('SOURCE_CURSOR_EXPIRED', `this cursor does not belong to ${owner}: read from the beginning`);

/** A cursor as it came back from a store. @throws Terminal `SOURCE_CURSOR_EXPIRED` when the schema refuses it */
export function parseCursor<T>(schema: z.ZodType<T>, cursor: unknown, owner: string): T {
  const { data, success } = schema.safeParse(cursor);
  if (!success) throw cursorExpired(owner);
  return data;
}

/** A read's state as plain JSON, without what is undefined. */
export const toCursor = (state: object): Cursor => JSON.parse(JSON.stringify(state)) as Cursor;
