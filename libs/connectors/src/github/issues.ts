import { z } from 'zod';
import { isWithin, type JsonObject, type PartStep, type ReadScope } from '@tidemark/connector-sdk';
import { type Feed, isoSeconds } from './feed.js';
import { LOOK_BACK_MS } from './github.manifest.js';
import { keyOf, timeOf, toRecords } from './items.js';
import type { ListPage, RepositoryClient } from './repository-client.js';

const time = z.iso.datetime();
const stateSchema = z.strictObject({
  /** Of the newest change. */
  etag: z.string().optional(),
  /** Last change that has been read. */
  newest: time.optional(),
  /** Present during a read. */
  walk: z
    .strictObject({
      from: time.optional(),
      /** Items already read at or after `from`. */
      seen: z.array(z.string()),
      /** Next page within a single second that fills whole pages. */
      after: z.string().optional(),
      page: z.int().optional(),
      size: z.int().optional(),
    })
    .optional(),
});
type IssuesState = z.infer<typeof stateSchema>;
type Walk = NonNullable<IssuesState['walk']>;

const ORDER = { state: 'all', sort: 'updated' };

/**
 * Issues by their last change, oldest first. Every page is requested by time, `since` the last one seen: an issue that
 * changes meanwhile moves to the end and is read there, so page numbers, which would shift, are not needed.
 */
export const issues: Feed<IssuesState> = {
  state: stateSchema,
  async *read(repository, state = {}, scope) {
    let { etag, newest, walk } = state;
    if (!walk) {
      const probe = await repository.probe('issues', { ...ORDER, direction: 'desc' }, etag);
      if (!probe) return yield { records: [], problems: [], state, done: true };
      etag = probe.etag;
      const from = startOf(newest, scope);
      walk = { seen: [], ...(from !== undefined && { from }) };
    }
    for (;;) {
      const page = await pageOf(repository, walk);
      const seen = new Set(walk.seen);
      const fresh = page.items.filter((item) => !seen.has(keyOf(item)));
      const last = page.items.map((item) => timeOf(item, 'updated_at')).findLast((at) => !Number.isNaN(at));
      if (last !== undefined && (newest === undefined || last > Date.parse(newest))) newest = isoSeconds(last);
      const known = { ...(etag !== undefined && { etag }), ...(newest !== undefined && { newest }) };
      const step = stepOf(repository.name, fresh, scope);
      if (!page.next) return yield { ...step, state: known, done: true };
      walk = nextOf(walk, page, last);
      yield { ...step, state: { ...known, walk }, done: false };
    }
  },
};

function startOf(newest: string | undefined, { since, window }: ReadScope): string | undefined {
  if (newest !== undefined) return isoSeconds(Date.parse(newest) - LOOK_BACK_MS);
  if (window) return isoSeconds(Date.parse(window.from));
  return since === undefined ? undefined : isoSeconds(Date.parse(since) - LOOK_BACK_MS);
}

function pageOf(repository: RepositoryClient, { from, after, page, size }: Walk): Promise<ListPage> {
  return repository.page('issues', { ...ORDER, direction: 'asc', since: from }, (now) => {
    if (after !== undefined) return { after };
    // Page numbers are meaningless at another size; repeated items are already known.
    return { page: size === now ? page : undefined };
  });
}

/** Continues from the last second seen, which is requested again; by page only where that makes no progress. */
function nextOf(walk: Walk, { items, next, size }: ListPage, last: number | undefined): Walk {
  const seen = [...new Set([...walk.seen, ...items.map(keyOf)])];
  // One second earlier, in case `since` is exclusive.
  const from = last === undefined ? undefined : last - 1000;
  if (from === undefined || (walk.from !== undefined && from <= Date.parse(walk.from)))
    return { ...(walk.from !== undefined && { from: walk.from }), seen, size, ...next };
  const late = items.filter((item) => timeOf(item, 'updated_at') >= from).map(keyOf);
  const paged = walk.after !== undefined || walk.page !== undefined;
  return { from: isoSeconds(from), seen: paged ? [...new Set([...walk.seen, ...late])] : late };
}

/** The list holds pull requests too: they are issues to GitHub. */
function stepOf(
  repository: string,
  items: readonly JsonObject[],
  scope: ReadScope,
): Pick<PartStep<never>, 'records' | 'problems'> {
  const matching = items.filter((item) => !('pull_request' in item) && isWithin(scope, timeOf(item, 'created_at')));
  return toRecords('issues', repository, matching);
}
