import type { Cursor } from '@tidemark/contracts';
import { z } from 'zod';
import { parseCursor } from './cursor.js';
import { scopeFields, scopeOf, type ReadScope } from './scope.js';
import type { ReadRequest, RecordProblem, SourceRecord } from './source.js';

/** Progress of reading an object whose records are spread over several parts, such as repositories or databases. */
export interface PartsCursor<State> extends ReadScope {
  readonly v: 1;
  readonly object: string;
  /** The part to read next; absent after the last page. */
  readonly at?: string;
  readonly parts: Readonly<Record<string, PartProgress<State>>>;
}

export interface PartProgress<State> {
  /** Whether it has been read to its end once. */
  readonly whole?: true;
  readonly state: State;
}

/** One page of one part, and the state to continue from. */
export interface PartStep<State> {
  readonly records: readonly SourceRecord[];
  readonly problems: readonly RecordProblem[];
  readonly state: State;
  /** Whether the part has been read to its end. */
  readonly done: boolean;
}

/**
 * The cursor of a request, or an initial one.
 * @throws Terminal `SOURCE_CURSOR_EXPIRED` for a cursor of another source or object
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
    ...scopeFields,
    at: z.string().optional(),
    parts: z.record(z.string(), z.strictObject({ whole: z.literal(true).optional(), state })),
  });
  return parseCursor(schema, cursor, `${source} ${object}`) as PartsCursor<State>;
}

/** The cursor after a page of a part; `next` is the next part. */
export function advance<State>(
  { at: _, ...cursor }: PartsCursor<State>,
  part: string,
  progress: PartProgress<State> | undefined,
  next: string | undefined,
): PartsCursor<State> & Cursor {
  const parts = progress ? { ...cursor.parts, [part]: progress } : cursor.parts;
  return { ...cursor, parts, ...(next !== undefined && { at: next }) };
}
