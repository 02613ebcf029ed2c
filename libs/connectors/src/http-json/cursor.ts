import { z } from 'zod';
import { cursorExpired, parseCursor, type ReadRequest, scopeFields, scopeOf } from '@tidemark/connector-sdk';
import { position, type Position } from './position.js';

/** A position between two pages of parents, and the parent whose children come next; null: the first of the page. */
export interface ParentPlace {
  readonly page: Position | null;
  readonly id: string | null;
  /** Of parents that have parents themselves. */
  readonly parents?: ParentPlace | undefined;
}

/** A position between two pages. */
export interface Place {
  readonly page: Position | null;
  readonly parents?: ParentPlace | undefined;
  /** The export that is read, and how many records of the page have been read; its URL may be secret. */
  readonly export?: { readonly id: string; readonly skip?: number | undefined } | undefined;
}

const parents: z.ZodType<ParentPlace> = z.strictObject({
  page: position.nullable(),
  id: z.string().nullable(),
  parents: z.lazy(() => parents).optional(),
});

const schema = z.strictObject({
  version: z.literal(1),
  object: z.string(),
  /** When the read began, by the clock of the source. */
  started: z.iso.datetime().optional(),
  /** The latest time of a record so far, where they come in this order. */
  reached: z.iso.datetime().optional(),
  /** Where the read restarted after a page token was refused: a time, a parent, or the beginning. */
  restarted: z.string().optional(),
  ...scopeFields,
  /** Where to continue; none once the read has ended. */
  at: z
    .strictObject({
      page: position.nullable(),
      parents: parents.optional(),
      export: z.strictObject({ id: z.string(), skip: z.int().optional() }).optional(),
    })
    .optional(),
});

/** A read's position and scope. */
export type ReadState = z.infer<typeof schema>;

/** Where to continue: after a page, with changes since a completed read, or from the beginning. @throws Terminal */
export function readStateOf({ object, cursor, since, window }: ReadRequest): ReadState {
  if (!cursor) return { version: 1, object, ...scopeOf({ since, window }), at: { page: null } };
  const state = parseCursor(schema, cursor, object);
  if (state.object !== object) throw cursorExpired(object);
  // A completed window has nothing more; otherwise a new read starts where the completed one started.
  if (state.at || state.window) return state;
  return { version: 1, object, ...(state.started !== undefined && { since: state.started }), at: { page: null } };
}
