import type { Cursor } from '@tidemark/contracts';
import { Terminal } from '@tidemark/resilience';
import { z } from 'zod';
import type { ReadRequest } from '../sdk/source.js';
import type { Feed } from './feed.js';

const time = z.iso.datetime({ offset: true });

/** How far one object has been read, repository by repository. */
export interface GithubCursor<State> {
  readonly v: 1;
  readonly object: string;
  readonly since?: string;
  readonly window?: { readonly from: string; readonly to: string };
  /** The repository that is read next; absent behind the last page. */
  readonly at?: string;
  readonly repositories: Readonly<Record<string, Progress<State>>>;
}

export interface Progress<State> {
  /** Whether it has been read to its end once. */
  readonly whole?: true;
  readonly state: State;
}

/** @throws Terminal `SOURCE_CURSOR_EXPIRED` for a cursor that is not of this object */
export function cursorOf<State>(request: ReadRequest, feed: Feed<State>): GithubCursor<State> {
  const { object, cursor, since, window } = request;
  if (!cursor) return { v: 1, object, ...(since && { since }), ...(window && { window }), repositories: {} };
  const schema = z.strictObject({
    v: z.literal(1),
    object: z.literal(object),
    since: time.optional(),
    window: z.strictObject({ from: time, to: time }).optional(),
    at: z.string().optional(),
    repositories: z.record(z.string(), z.strictObject({ whole: z.literal(true).optional(), state: feed.state })),
  });
  const { data, error } = schema.safeParse(cursor);
  if (error)
    throw new Terminal('SOURCE_CURSOR_EXPIRED', `the cursor is none of github's ${object}: read from the beginning`);
  return data as GithubCursor<State>;
}

/** Behind a page: of the repository that was read, and where the read goes on. */
export function advance<State>(
  { at: _at, ...cursor }: GithubCursor<State>,
  repository: string,
  progress: Progress<State> | undefined,
  next: string | undefined,
): GithubCursor<State> & Cursor {
  const repositories = progress ? { ...cursor.repositories, [repository]: progress } : cursor.repositories;
  return { ...cursor, repositories, ...(next !== undefined && { at: next }) };
}
