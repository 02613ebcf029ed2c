import { z } from 'zod';
import { cursorExpired, parseCursor, type ReadScope, scopeFields, scopeOf } from '@tidemark/connector-sdk';

const OWNER = 'microsoft-graph-mail';

/** Opaque; only tokens are stored, never the links that contain them. */
const token = z.string().min(1).max(4096);

const folder = z.strictObject({
  id: z.string().min(1),
  /** Token of the last completed round, for later changes. Missing: none is complete. */
  delta: token.optional(),
  /** Token of the next page of the current round. */
  next: token.optional(),
  /** Messages received so far in the current round, where the service limits them. */
  told: z.int().positive().optional(),
  /** The service withheld messages: read without its filter, and filtered here. */
  unfiltered: z.literal(true).optional(),
});

/** A read's position: folders are read one after another, each in rounds of its own delta. */
const place = z.strictObject({
  folders: z.array(folder),
  /** Index of the current folder; missing: the round over all folders is complete. */
  at: z.int().nonnegative().optional(),
  /** Messages in all folders when the first round began. */
  total: z.int().nonnegative().optional(),
  ...scopeFields,
});

export type FolderPlace = z.infer<typeof folder>;
export type Place = z.infer<typeof place>;

/** @throws Terminal SOURCE_CURSOR_EXPIRED */
export function placeOf(cursor: unknown): Place {
  const found = parseCursor(place, cursor, OWNER);
  if (found.at !== undefined && found.at >= found.folders.length) throw cursorExpired(OWNER);
  return found;
}

export const startOf = (scope: ReadScope): Place => ({ folders: [], ...scopeOf(scope) });

/** The filter for a delta, in whole seconds; undefined if all messages are requested. */
export function filterOf({ since, window }: ReadScope): string | undefined {
  const starts = [since, window?.from].flatMap((time) => (time === undefined ? [] : [Date.parse(time)]));
  if (starts.length === 0) return undefined;
  const second = new Date(Math.max(...starts)).toISOString().replace(/\.\d+Z$/, 'Z');
  return `receivedDateTime ge ${second}`;
}

/** Whether a message was received in that time range. */
export function within({ since, window }: ReadScope, receivedDateTime: string): boolean {
  const time = Date.parse(receivedDateTime);
  if (since !== undefined && time < Date.parse(since)) return false;
  return !window || (time >= Date.parse(window.from) && time < Date.parse(window.to));
}
