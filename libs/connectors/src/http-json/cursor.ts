import { z } from 'zod';
import { cursorExpired, parseCursor, type ReadRequest, scopeFields, scopeOf } from '@tidemark/connector-sdk';
import { position, type Position } from './pager.js';

const schema = z.strictObject({
  version: z.literal(1),
  object: z.string(),
  /** When the read began, by the clock of the source. */
  started: z.iso.datetime().optional(),
  ...scopeFields,
  /** Where to continue; none once the read has ended. */
  at: z
    .strictObject({
      page: position.nullable(),
      /** Of a child: the page of parents, and which of them is being read; null: the first. */
      parents: z.strictObject({ page: position.nullable(), id: z.string().nullable() }).optional(),
    })
    .optional(),
});

/** A read's position and scope. */
export type ReadState = z.infer<typeof schema>;

/** A position between two pages. */
export interface Place {
  readonly page: Position | null;
  readonly parents?: { readonly page: Position | null; readonly id: string | null };
}

/** Where to continue: after a page, with changes since a completed read, or from the beginning. @throws Terminal */
export function readStateOf({ object, cursor, since, window }: ReadRequest): ReadState {
  if (!cursor) return { version: 1, object, ...scopeOf({ since, window }), at: { page: null } };
  const state = parseCursor(schema, cursor, object);
  if (state.object !== object) throw cursorExpired(object);
  // A completed window has nothing more; otherwise a new read starts where the completed one started.
  if (state.at || state.window) return state;
  return { version: 1, object, ...(state.started !== undefined && { since: state.started }), at: { page: null } };
}
