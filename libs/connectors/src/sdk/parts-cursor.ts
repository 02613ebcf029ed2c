import type { Cursor } from '@tidemark/contracts';
import { Terminal } from '@tidemark/resilience';
import { z } from 'zod';
import type { Scope } from './reading.js';
import type { ReadRequest, RecordProblem, SourceRecord } from './source.js';

const time = z.iso.datetime({ offset: true });

/** How far an object has been read whose records stand in several parts: repositories, databases. */
export interface PartsCursor<State> extends Scope {
  readonly v: 1;
  readonly object: string;
  /** The part that is read next; absent behind the last page. */
  readonly at?: string;
  readonly parts: Readonly<Record<string, Progress<State>>>;
}

export interface Progress<State> {
  /** Whether it has been read to its end once. */
  readonly whole?: true;
  readonly state: State;
}

/** One page of one part, and where it goes on. */
export interface Step<State> {
  readonly records: readonly SourceRecord[];
  readonly problems: readonly RecordProblem[];
  readonly state: State;
  /** Whether the part has been read to its end. */
  readonly done: boolean;
}

/**
 * The cursor of a request, or one that stands at the beginning.
 * @throws Terminal `SOURCE_CURSOR_EXPIRED` for a cursor that is not of this source and object
 */
export function partsCursorOf<State>(
  source: string,
  { object, cursor, since, window }: ReadRequest,
  state: z.ZodType<State>,
): PartsCursor<State> {
  if (!cursor) return { v: 1, object, ...scopeOf({ since, window }), parts: {} };
  const schema = z.strictObject({
    v: z.literal(1),
    object: z.literal(object),
    since: time.optional(),
    window: z.strictObject({ from: time, to: time }).optional(),
    at: z.string().optional(),
    parts: z.record(z.string(), z.strictObject({ whole: z.literal(true).optional(), state })),
  });
  const { data, error } = schema.safeParse(cursor);
  if (error)
    throw new Terminal('SOURCE_CURSOR_EXPIRED', `the cursor is none of ${source}'s ${object}: read from the beginning`);
  return data as PartsCursor<State>;
}

/** Behind a page of a part; `next` is the part that comes then. */
export function advance<State>(
  { at: _, ...cursor }: PartsCursor<State>,
  part: string,
  progress: Progress<State> | undefined,
  next: string | undefined,
): PartsCursor<State> & Cursor {
  const parts = progress ? { ...cursor.parts, [part]: progress } : cursor.parts;
  return { ...cursor, parts, ...(next !== undefined && { at: next }) };
}

/** Without what is not asked for. */
export const scopeOf = ({ since, window }: { [Name in keyof Scope]: Scope[Name] | undefined }): Scope => ({
  ...(since !== undefined && { since }),
  ...(window && { window }),
});
