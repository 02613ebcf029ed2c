import { createHash } from 'node:crypto';
import type { Cursor } from '@tidemark/contracts';
import { Terminal } from '@tidemark/resilience';
import { z } from 'zod';
import type { ReadRequest } from '../sdk/source.js';
import type { FileVersion } from './folder.js';
import type { FilePosition } from './rows.js';

/** Files that came to be within this time of the newest one read are told apart by what they are, not by when. */
const SIMULTANEOUS_MS = 100;
/** More of them would make a cursor large; the others are read again. */
const MAX_RECENT = 100;

const time = z.iso.datetime();
const position = z.strictObject({ byte: z.int(), line: z.int(), row: z.int() });

const schema = z.strictObject({
  version: z.literal(1),
  object: z.string(),
  since: time.optional(),
  window: z.strictObject({ from: time, to: time }).optional(),
  /** Files that came to be as they are before this have been read. */
  upTo: z.number(),
  /** Versions read that came to be about then: when, and which. */
  recent: z.array(z.tuple([z.number(), z.string()])),
  /** The file that is being read. */
  current: z.strictObject({ is: z.string(), at: position }).optional(),
});

/** How far the files of an object have been read: the newest one, in the order in which they came to be. */
export type Progress = z.infer<typeof schema>;

const idOf = ({ name, size, modifiedAt, changedAt }: FileVersion): string =>
  createHash('sha256')
    .update(JSON.stringify([name, size, modifiedAt, changedAt]))
    .digest('base64url')
    .slice(0, 11);

/** @throws Terminal for a cursor that is none */
export function progressOf({ object, cursor, since, window }: ReadRequest): Progress {
  if (!cursor)
    return {
      version: 1,
      object,
      upTo: 0,
      recent: [],
      ...(since !== undefined && { since }),
      ...(window && { window }),
    };
  const { data, success } = schema.safeParse(cursor);
  if (!success || data.object !== object)
    throw new Terminal('SOURCE_CURSOR_EXPIRED', `the cursor is none of ${object}: read it from the beginning`);
  return data;
}

export const cursorOf = (progress: Progress): Cursor => JSON.parse(JSON.stringify(progress)) as Cursor;

/** Whether a version is still to be read. */
export function isNew({ upTo, recent }: Progress, version: FileVersion): boolean {
  if (version.changedAt < upTo - SIMULTANEOUS_MS) return false;
  return !recent.some(([, id]) => id === idOf(version));
}

/** Where reading of this version goes on; null when it has not begun. */
export function startedAt({ current }: Progress, version: FileVersion): FilePosition | null {
  return current && current.is === idOf(version) ? current.at : null;
}

export const reading = (progress: Progress, version: FileVersion, at: FilePosition): Progress => ({
  ...progress,
  current: { is: idOf(version), at },
});

/** The version has been read to its end. */
export function finished({ current: _current, ...progress }: Progress, version: FileVersion): Progress {
  const upTo = Math.max(progress.upTo, version.changedAt);
  const recent: Progress['recent'] = [...progress.recent, [version.changedAt, idOf(version)]];
  const kept = recent.filter(([at]) => at >= upTo - SIMULTANEOUS_MS);
  return { ...progress, upTo, recent: kept.slice(-MAX_RECENT) };
}
