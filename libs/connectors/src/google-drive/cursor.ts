import { z } from 'zod';
import { parseCursor, scopeFields } from '@tidemark/connector-sdk';

/** A read's position. First the files are listed, then the changes since its start are read. */
const place = z.strictObject({
  /** Page token of the changes feed, read after the listing. */
  changes: z.string().min(1),
  /** Page token of the listing; absent once it is complete. */
  list: z.string().min(1).optional(),
  ...scopeFields,
});

export type Place = z.infer<typeof place>;

/** @throws Terminal SOURCE_CURSOR_EXPIRED */
export const placeOf = (cursor: unknown): Place => parseCursor(place, cursor, 'google-drive');
