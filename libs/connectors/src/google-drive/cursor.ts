import { z } from 'zod';
import { parseCursor, scopeFields } from '@tidemark/connector-sdk';

/** Where a read is. First the files are listed; after that the changes are read, from where they were at its start. */
const place = z.strictObject({
  /** Page token of the changes: to be read once the listing is done. */
  changes: z.string().min(1),
  /** Page token of the listing; not there once it is done. */
  list: z.string().min(1).optional(),
  ...scopeFields,
});

export type Place = z.infer<typeof place>;

/** @throws Terminal SOURCE_CURSOR_EXPIRED */
export const placeOf = (cursor: unknown): Place => parseCursor(place, cursor, 'google-drive');
