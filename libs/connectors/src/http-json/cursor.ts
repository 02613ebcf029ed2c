import type { Cursor } from '@tidemark/contracts';
import { Terminal } from '@tidemark/resilience';
import { z } from 'zod';
import type { ReadRequest } from '@tidemark/connector-sdk';
import { position, type Position } from './pager.js';

const time = z.iso.datetime();

const schema = z.strictObject({
  version: z.literal(1),
  object: z.string(),
  /** When the read began, by the clock of the source. */
  started: time.optional(),
  since: time.optional(),
  window: z.strictObject({ from: time, to: time }).optional(),
  /** Where to go on; none once the read has ended. */
  at: z
    .strictObject({
      page: position.nullable(),
      /** Of a child: the page of parents, and which of them is being read; null: the first. */
      parents: z.strictObject({ page: position.nullable(), id: z.string().nullable() }).optional(),
    })
    .optional(),
});

/** Where a read is, and what it was asked for. */
export type ReadState = z.infer<typeof schema>;

/** A place between two pages. */
export interface Place {
  readonly page: Position | null;
  readonly parents?: { readonly page: Position | null; readonly id: string | null };
}

/** What is to be read: on behind a page, what changed since an ended read, or from the beginning. */
export function readStateOf({ object, cursor, since, window }: ReadRequest): ReadState {
  if (!cursor) {
    const asked = { ...(since !== undefined && { since }), ...(window && { window }) };
    return { version: 1, object, ...asked, at: { page: null } };
  }
  const { data, success } = schema.safeParse(cursor);
  if (!success || data.object !== object)
    throw new Terminal('SOURCE_CURSOR_EXPIRED', `the cursor is none of ${object}: read it from the beginning`);
  // A window that was read to its end has nothing more; else a new read begins where the ended one did.
  if (data.at || data.window) return data;
  return { version: 1, object, ...(data.started !== undefined && { since: data.started }), at: { page: null } };
}

export const cursorOf = (state: ReadState): Cursor => JSON.parse(JSON.stringify(state)) as Cursor;
