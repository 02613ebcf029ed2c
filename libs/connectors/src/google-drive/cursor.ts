import { Terminal } from '@tidemark/resilience';
import { z } from 'zod';
import type { ReadRequest } from '@tidemark/connector-sdk';

/** Where a read is. First the files are listed; after that the changes are read, from where they were at its start. */
const place = z.strictObject({
  /** Page token of the changes: to be read once the listing is done. */
  changes: z.string().min(1),
  /** Page token of the listing; not there once it is done. */
  list: z.string().min(1).optional(),
  since: z.iso.datetime().optional(),
  window: z.strictObject({ from: z.iso.datetime(), to: z.iso.datetime() }).optional(),
});

export type Place = z.infer<typeof place>;
/** A part of time: what is outside is not read. */
export type Span = Pick<Place, 'since' | 'window'>;

/** @throws Terminal SOURCE_CURSOR_EXPIRED */
export function placeOf(cursor: unknown): Place {
  const { data, error } = place.safeParse(cursor);
  if (error) throw new Terminal('SOURCE_CURSOR_EXPIRED', 'this is no cursor of google-drive: read from the beginning');
  return data;
}

export const spanOf = ({ since, window }: Pick<ReadRequest, 'since' | 'window'>): Span => ({
  ...(since !== undefined && { since }),
  ...(window && { window }),
});
