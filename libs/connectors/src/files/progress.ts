import { z } from 'zod';
import { cursorExpired, parseCursor, type ReadRequest, scopeFields, scopeOf } from '@tidemark/connector-sdk';
import type { FileVersion } from './folder.js';
import type { FilePosition } from './rows.js';

const position = z.strictObject({ byte: z.int(), line: z.int(), row: z.int() });
const place = z.strictObject({ changedAt: z.number(), name: z.string() });

const schema = z.strictObject({
  version: z.literal(1),
  object: z.string(),
  ...scopeFields,
  /** The newest version that has been read to its end. */
  last: place.optional(),
  /** The one being read, and the progress in it. */
  current: place.extend({ size: z.int(), at: position }).optional(),
});

/** Progress of reading the files of an object, in order of their last change. */
export type Progress = z.infer<typeof schema>;

/** @throws Terminal for a cursor of another connector or object */
export function progressOf({ object, cursor, since, window }: ReadRequest): Progress {
  if (!cursor) return { version: 1, object, ...scopeOf({ since, window }) };
  const progress = parseCursor(schema, cursor, object);
  if (progress.object !== object) throw cursorExpired(object);
  return progress;
}

/** Whether a version is still to be read. */
export function isNew({ last }: Progress, { changedAt, name }: FileVersion): boolean {
  return !last || changedAt > last.changedAt || (changedAt === last.changedAt && name > last.name);
}

/** Where to resume this version; null when it has not been started. */
export function startedAt({ current }: Progress, { name, changedAt, size }: FileVersion): FilePosition | null {
  const same = current?.name === name && current.changedAt === changedAt && current.size === size;
  return same ? current.at : null;
}

export const reading = (progress: Progress, { name, changedAt, size }: FileVersion, at: FilePosition): Progress => ({
  ...progress,
  current: { name, changedAt, size, at },
});

/** The version has been read to its end. */
export const finished = ({ current: _current, ...progress }: Progress, { name, changedAt }: FileVersion): Progress => ({
  ...progress,
  last: { name, changedAt },
});
