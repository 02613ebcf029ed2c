import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Terminal } from '@tidemark/resilience';

/** What a position remembers of the pages before it. Old positions of tokens and URLs have nothing of it. */
const trail = {
  /** The digest of the previous page. */
  behind: z.string().optional(),
  /** A page of before, by its digest and its token's: a read that comes back to it goes round in circles. */
  mark: z.strictObject({ page: z.string(), token: z.string(), passed: z.int(), every: z.int() }).optional(),
  /** Empty pages in a row. */
  empty: z.int().optional(),
};

/** The position of a page, small enough for a cursor. `size`: the page must have this size, like the previous one. */
export const position = z.union([
  z.strictObject({ page: z.int(), size: z.int(), exact: z.boolean(), ...trail }),
  z.strictObject({ offset: z.int(), ...trail }),
  z.strictObject({ token: z.union([z.string(), z.array(z.json())]), size: z.int().optional(), ...trail }),
  z.strictObject({ url: z.string(), size: z.int().optional(), ...trail }),
]);
export type Position = z.infer<typeof position>;
type Trail = Pick<Position, 'behind' | 'mark' | 'empty'>;

/** Empty pages in a row after which an API is taken to have no end. */
const MAX_EMPTY = 1000;

const digestOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 12);

/** Whether a page has the records of the previous one. */
export const repeats = (at: Position | null, ids: string, count: number): boolean =>
  count > 0 && at?.behind === digestOf(ids);

/**
 * The trail after a page. It keeps one page of before, replaced at growing distances (Brent): a circle of any length is
 * found after at most a few rounds, with a cursor of constant size. @throws Terminal for a circle, or for no end of empty pages
 */
export function passed(
  at: Position | null,
  { token = '', ids, count }: { readonly token?: string; readonly ids: string; readonly count: number },
  field: string,
): Trail {
  const page = digestOf(ids);
  const digests = { page: count === 0 ? '' : page, token: token === '' ? '' : digestOf(token) };
  const { mark } = at ?? {};
  const circle = mark && ((digests.page !== '' && mark.page === digests.page) || (digests.token !== '' && mark.token === digests.token)); // prettier-ignore
  if (circle) throw invalid(`${field}: the pages go round in a circle: one that was read before came again`);
  const empty = count === 0 ? (at?.empty ?? 0) + 1 : 0;
  if (empty > MAX_EMPTY) throw invalid(`${field}: more than ${MAX_EMPTY} empty pages in a row`);
  const { passed: distance, every } = mark ?? { passed: 1, every: 1 };
  const next = !mark || distance >= every ? { ...digests, passed: 1, every: mark ? every * 2 : 1 } : { ...mark, passed: distance + 1 }; // prettier-ignore
  return { behind: page, mark: next, ...(empty > 0 && { empty }) };
}

const invalid = (message: string) => new Terminal('SOURCE_INVALID_RESPONSE', message);
