import { z } from 'zod';
import type { ReadRequest } from './source.js';

/** The time range that a read is limited to; its cursors store it. */
export type ReadScope = Pick<ReadRequest, 'since' | 'window'>;

const time = z.iso.datetime({ offset: true });

/** The scope in the schema of a cursor. */
export const scopeFields = {
  since: time.optional(),
  window: z.strictObject({ from: time, to: time }).optional(),
};

/** The scope of a request or cursor, without undefined fields. */
export const scopeOf = ({ since, window }: { [Name in keyof ReadScope]: ReadScope[Name] | undefined }): ReadScope => ({
  ...(since !== undefined && { since }),
  ...(window && { window }),
});

/** Whether a time (milliseconds since 1970) is in the window of a read, if it has one. The end is exclusive. */
export const isWithin = ({ window }: ReadScope, at: number): boolean =>
  !window || (at >= Date.parse(window.from) && at < Date.parse(window.to));
