import type { Cursor } from '@tidemark/contracts';
import { Terminal } from '@tidemark/resilience';
import { z } from 'zod';
import type { ReadRequest } from '../sdk/source.js';
import type { Feed } from './feed.js';

const time = z.iso.datetime({ offset: true });

/** How far one object has been read, list by list. */
export interface NotionCursor {
  readonly v: 1;
  readonly object: string;
  readonly since?: string;
  readonly window?: { readonly from: string; readonly to: string };
  /** The list that is read next; absent behind the last page. */
  readonly at?: string;
  /** By name: `search`, or the ids of a database and one of its data sources. */
  readonly lists: Readonly<Record<string, Progress>>;
}

export interface Progress {
  /** Whether it has been read to its end once. */
  readonly whole?: true;
  readonly state: unknown;
}

/** @throws Terminal `SOURCE_CURSOR_EXPIRED` for a cursor that is not of this object */
export function cursorOf({ object, cursor, since, window }: ReadRequest, feed: Feed<unknown>): NotionCursor {
  if (!cursor) return { v: 1, object, ...(since && { since }), ...(window && { window }), lists: {} };
  const schema = z.strictObject({
    v: z.literal(1),
    object: z.literal(object),
    since: time.optional(),
    window: z.strictObject({ from: time, to: time }).optional(),
    at: z.string().optional(),
    lists: z.record(z.string(), z.strictObject({ whole: z.literal(true).optional(), state: feed.state })),
  });
  const { data, error } = schema.safeParse(cursor);
  if (error)
    throw new Terminal('SOURCE_CURSOR_EXPIRED', `the cursor is none of notion's ${object}: read from the beginning`);
  return data as NotionCursor;
}

/** Behind a page of a list; `next` is the list that comes then. */
export function advance(
  { at: _at, ...cursor }: NotionCursor,
  list: string,
  progress: Progress,
  next: string | undefined,
): NotionCursor & Cursor {
  return { ...cursor, lists: { ...cursor.lists, [list]: progress }, ...(next !== undefined && { at: next }) };
}
