import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  cursorExpired,
  type Json,
  type JsonObject,
  parseCursor,
  type ReadRequest,
  scopeFields,
  scopeOf,
} from '@tidemark/connector-sdk';

const schema = z.strictObject({
  version: z.literal(1),
  object: z.string(),
  ...scopeFields,
  /** The last STATE of the tap. */
  state: (z.json() as z.ZodType<Json>).optional(),
  /** Records that were read since that STATE, and a hash of them: how far to go forward when the read is resumed. */
  after: z.strictObject({ records: z.int().min(1), hash: z.string() }).optional(),
});

/** A position between two records of a stream. A tap can only go back to one of its own STATEs. */
export type Position = z.infer<typeof schema>;

/** @throws Terminal for a cursor of another connector or object */
export function positionOf({ object, cursor, since, window }: ReadRequest): Position {
  if (!cursor) return { version: 1, object, ...scopeOf({ since, window }) };
  const position = parseCursor(schema, cursor, object);
  if (position.object !== object) throw cursorExpired(object);
  return position;
}

export function after(position: Position, record: JsonObject): Position {
  const { records = 0, hash = '' } = position.after ?? {};
  const next = createHash('sha256').update(hash).update(JSON.stringify(record)).digest('base64url');
  return { ...position, after: { records: records + 1, hash: next } };
}

export const at = ({ after: _, ...position }: Position, state: Position['state']): Position => ({ ...position, state });
