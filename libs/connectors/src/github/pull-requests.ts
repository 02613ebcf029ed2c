import { z } from 'zod';
import { isWithin, type JsonObject, type ReadScope } from '@tidemark/connector-sdk';
import { type Feed, isoSeconds } from './feed.js';
import { LOOK_BACK_MS } from './github.manifest.js';
import { keyOf, timeOf, toRecords } from './items.js';

const time = z.iso.datetime();
const stateSchema = z.strictObject({
  etag: z.string().optional(),
  /** Newest change when the read began. */
  newest: time.optional(),
  walk: z
    .strictObject({
      by: z.enum(['created', 'updated']),
      /** Reads down to this time. */
      floor: time.optional(),
      /** Newer items belong to the next read. */
      top: time.optional(),
      offset: z.int(),
      /** Time of the last one seen, and all seen in that second. */
      at: time.optional(),
      seen: z.array(z.string()),
    })
    .optional(),
});
type PullRequestsState = z.infer<typeof stateSchema>;
type Walk = NonNullable<PullRequestsState['walk']>;

/**
 * Pull requests, newest first: the list has no `since`. All of them, or a window, by creation, an order that
 * changes do not affect; changed ones by change, down to where the previous read began. New and changed ones appear at
 * the front and push the rest back; the time of the last one seen shows which were already read.
 */
export const pullRequests: Feed<PullRequestsState> = {
  state: stateSchema,
  async *read(repository, state = {}, scope) {
    let { walk, ...known } = state;
    if (!walk) {
      const probe = await repository.probe('pulls', { state: 'all', sort: 'updated', direction: 'desc' }, known.etag);
      if (!probe) return yield { records: [], problems: [], state, done: true };
      const newest = probe.newest ? timeOf(probe.newest, 'updated_at') : NaN;
      const top = Number.isNaN(newest) ? known.newest : isoSeconds(newest);
      walk = startOf(known.newest, top, scope);
      known = { ...(probe.etag !== undefined && { etag: probe.etag }), ...(top !== undefined && { newest: top }) };
    }
    for (;;) {
      const query = { state: 'all', sort: walk.by, direction: 'desc' };
      const { items, next } = await repository.pageBehind('pulls', query, walk.offset);
      const { fresh, reached } = unread(items, walk);
      const wanted = fresh.filter((item) => isWithin(scope, timeOf(item, 'created_at')));
      const step = toRecords('pull_requests', repository.name, wanted);
      if (reached || !next) return yield { ...step, state: known, done: true };
      walk = nextOf(walk, items);
      yield { ...step, state: { ...known, walk }, done: false };
    }
  },
};

function startOf(newest: string | undefined, top: string | undefined, { since, window }: ReadScope): Walk {
  const start = { offset: 0, seen: [] };
  const from = newest ?? (window ? undefined : since);
  if (from === undefined)
    return { ...start, by: 'created', ...(window && { floor: isoSeconds(Date.parse(window.from)) }) };
  const floor = isoSeconds(Date.parse(from) - LOOK_BACK_MS);
  return { ...start, by: 'updated', floor, ...(top !== undefined && { top }) };
}

function unread(items: readonly JsonObject[], walk: Walk) {
  const [floor, top] = [Date.parse(walk.floor ?? ''), Date.parse(walk.top ?? '')];
  const at = Date.parse(walk.at ?? '');
  const fresh: JsonObject[] = [];
  for (const item of items) {
    const its = timeOf(item, `${walk.by}_at`);
    if (its < floor) return { fresh, reached: true };
    if (its > top || its > at || (its === at && walk.seen.includes(keyOf(item)))) continue;
    fresh.push(item);
  }
  return { fresh, reached: false };
}

function nextOf(walk: Walk, items: readonly JsonObject[]): Walk {
  const offset = walk.offset + items.length;
  const last = items.map((item) => timeOf(item, `${walk.by}_at`)).findLast((at) => !Number.isNaN(at));
  if (last === undefined || last > Date.parse(walk.at ?? '')) return { ...walk, offset };
  const same = items.filter((item) => timeOf(item, `${walk.by}_at`) === last).map(keyOf);
  const seen = last === Date.parse(walk.at ?? '') ? [...new Set([...walk.seen, ...same])] : same;
  return { ...walk, offset, at: isoSeconds(last), seen };
}
