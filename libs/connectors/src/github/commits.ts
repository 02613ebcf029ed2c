import { Retryable } from '@tidemark/resilience';
import { z } from 'zod';
import {
  isWithin,
  type JsonObject,
  type ReadScope,
  type RecordProblem,
  type SourceRecord,
} from '@tidemark/connector-sdk';
import { type Feed, isoSeconds } from './feed.js';
import type { Query, RepositoryClient } from './repository-client.js';

/** If the last commit read no longer exists on GitHub, commits are read again from this long before it. */
const LOST_LOOK_BACK_MS = 7 * 86_400_000;

const time = z.iso.datetime();
const stateSchema = z.strictObject({
  etag: z.string().optional(),
  /** The branch's last commit when the read began, and its time. */
  head: z.string().optional(),
  headAt: time.optional(),
  walk: z
    .strictObject({
      /** Base: only commits reachable from `head` but not from it are read; without it, all. */
      base: z.string().optional(),
      baseAt: time.optional(),
      since: time.optional(),
      until: time.optional(),
      offset: z.int(),
    })
    .optional(),
});
type CommitsState = z.infer<typeof stateSchema>;
type Walk = NonNullable<CommitsState['walk']>;

/**
 * Commits of a branch. Every read keeps the commit that was the head when it began; its history never changes, so page
 * numbers stay exact even hours later. A later read requests the commits that the branch has and the old head has not,
 * and so finds merged work whatever its date; `since` could not.
 */
export function commits(branch: string | undefined): Feed<CommitsState> {
  return {
    state: stateSchema,
    async *read(repository, state = {}, scope) {
      let { walk, ...known } = state;
      if (!walk) {
        const probe = await repository.probe('commits', { sha: branch }, known.etag);
        if (!probe?.newest) return yield { records: [], problems: [], state, done: true };
        const next = headOf(probe.newest, probe.etag);
        if (next.head === known.head) return yield { records: [], problems: [], state: next, done: true };
        const { head: base, headAt: baseAt } = known;
        walk = { offset: 0, ...(base === undefined ? datesOf(scope) : { base, ...(baseAt && { baseAt }) }) };
        known = next;
      }
      for (;;) {
        const page = await pageOf(repository, known.head!, walk);
        if (!page) {
          walk = { offset: 0, ...(walk.baseAt && { since: isoSeconds(Date.parse(walk.baseAt) - LOST_LOOK_BACK_MS) }) };
          continue;
        }
        const step = toRecords(repository.name, page.items, scope);
        walk = { ...walk, offset: walk.offset + page.items.length };
        if (!page.more) return yield { ...step, state: known, done: true };
        yield { ...step, state: { ...known, walk }, done: false };
      }
    },
  };
}

function headOf(commit: JsonObject, etag: string | undefined): CommitsState {
  const { sha } = commit;
  if (typeof sha !== 'string')
    throw new Retryable('SOURCE_INVALID_RESPONSE', 'GitHub returned a branch whose head has no sha');
  const headAt = timeOf(commit);
  return { head: sha, ...(headAt !== undefined && { headAt }), ...(etag !== undefined && { etag }) };
}

function datesOf({ since, window }: ReadScope): Pick<Walk, 'since' | 'until'> {
  if (window) return { since: isoSeconds(Date.parse(window.from)), until: isoSeconds(Date.parse(window.to)) };
  return since === undefined ? {} : { since: isoSeconds(Date.parse(since)) };
}

/** Null when GitHub no longer has the last commit of the previous read, as after a forced push. */
async function pageOf(
  repository: RepositoryClient,
  head: string,
  { base, since, until, offset }: Walk,
): Promise<{ items: readonly JsonObject[]; more: boolean } | null> {
  if (base !== undefined) return repository.compare(base, head, offset);
  const query: Query = { sha: head, since, until };
  const { items, next } = await repository.pageBehind('commits', query, offset);
  return { items, more: next !== null };
}

/** The committer date, by which GitHub sorts and filters. */
function timeOf(commit: JsonObject): string | undefined {
  const { committer } = (commit['commit'] ?? {}) as { committer?: { date?: unknown } | null };
  const at = Date.parse(String(committer?.date));
  return Number.isNaN(at) ? undefined : isoSeconds(at);
}

function toRecords(repository: string, items: readonly JsonObject[], scope: ReadScope) {
  const objectType = 'commits';
  const records: SourceRecord[] = [];
  const problems: RecordProblem[] = [];
  for (const item of items) {
    const { sha } = item;
    const updatedAt = timeOf(item);
    if (typeof sha !== 'string') {
      const message = `a commit of ${repository} has no sha`;
      problems.push({ objectType, code: 'OBJECT_MISSING_ID', message, field: 'sha', data: item });
    } else if (updatedAt === undefined || isWithin(scope, Date.parse(updatedAt))) {
      // Forks share commits: the sha alone is unique only within one repository.
      const externalId = `${repository}@${sha}`;
      const data = { ...item, repository };
      records.push({ externalId, objectType, data, ...(updatedAt !== undefined && { updatedAt }) });
    }
  }
  return { records, problems };
}
