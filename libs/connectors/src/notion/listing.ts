import { type PageSize, Terminal } from '@tidemark/resilience';
import { z } from 'zod';
import type { JsonObject, ReadScope, RecordProblem } from '@tidemark/connector-sdk';
import { cursorsRefused, type List, MAX_REFUSALS, type NotionClient } from './notion-client.js';
import { LOOK_BACK_MS } from './notion.manifest.js';
import { Recent } from './recent.js';
import { timeOf } from './records.js';

const time = z.iso.datetime();

/** Progress of a list. Times are those of last edits. */
export const listingState = z.strictObject({
  newest: time.optional(),
  recent: z.array(z.string()).optional(),
  /** Present during a read. */
  walk: z
    .strictObject({
      /** Older objects are skipped. */
      floor: time.optional(),
      /** Newest first, down to `floor`; otherwise oldest first. */
      down: z.literal(true).optional(),
      /** Queries only: start of the query. */
      from: time.optional(),
      /** Of the last one seen. */
      at: time.optional(),
      /** Notion's cursor of the next page, as long as Notion remembers it. */
      start: z.string().optional(),
      /** Searches only: objects before this one in the list were already read. */
      skip: time.optional(),
      /** Whether Notion reported a truncated result. */
      cut: z.literal(true).optional(),
      /** Queries only: objects in the trash, after all others. */
      trash: z.literal(true).optional(),
    })
    .optional(),
});
export type ListingState = z.infer<typeof listingState>;
type Walk = NonNullable<ListingState['walk']>;

/** What to list: search results of one type, or the pages of a data source. */
export type Target =
  | { readonly search: 'page' | 'data_source' }
  | { readonly dataSource: string; /** Whether to include the trash. */ readonly trash: boolean };

export interface ListingStep {
  readonly items: readonly JsonObject[];
  readonly problems: readonly RecordProblem[];
  readonly state: ListingState;
  readonly done: boolean;
  /** This read skips older objects. */
  readonly floor?: string;
}

/**
 * Lists by last edit. A query can start from any time, so it continues after the last object seen when Notion forgets its
 * cursor or truncates the result. A search has no such filter: a complete read goes oldest first, so that objects edited
 * meanwhile appear again at the end; a later one goes newest first, down to the look-back.
 */
export async function* listing(
  notion: NotionClient,
  target: Target,
  { newest, recent, walk: begun }: ListingState,
  scope: ReadScope,
  pageSize: PageSize,
  signal: AbortSignal,
): AsyncGenerator<ListingStep, void> {
  let walk = begun ?? startOf(target, newest, scope);
  const known = new Recent(recent);
  let refusals = 0;
  for (;;) {
    const [path, question] = questionOf(target, walk, scope);
    const list = await notion.post(path, question, walk.start, pageSize, signal);
    if (!list) {
      if (++refusals > MAX_REFUSALS) throw cursorsRefused();
      walk = begunAnew(target, walk);
      continue;
    }
    const { items, reached } = unread(list, walk, known);
    if (items.length > 0) refusals = 0;
    known.add(items, list.at);
    const times = list.items.map((item) => timeOf(item, 'last_edited_time')).filter((at) => !Number.isNaN(at));
    if (times.length > 0) newest = iso(Math.max(...times, Date.parse(newest ?? '') || 0));
    const next: Walk | null | 'cut' = nextOf(target, walk, list, reached);
    const problems = next === 'cut' ? [SEARCH_CUT_OFF] : [];
    const names = known.names(newest);
    const state = { ...(newest !== undefined && { newest }), ...(names.length > 0 && { recent: names }) };
    const floor = walk.floor === undefined ? {} : { floor: walk.floor };
    if (next === null || next === 'cut') return yield { items, problems, state, done: true, ...floor };
    walk = next;
    yield { items, problems, state: { ...state, walk }, done: false, ...floor };
  }
}

const SEARCH_CUT_OFF: RecordProblem = {
  objectType: 'search',
  code: 'SOURCE_RESULT_CUT_OFF',
  message: "Notion's search shows no more than it did, though there is more: name the databases in the config",
};

const iso = (ms: number): string => new Date(ms).toISOString();

function startOf(target: Target, newest: string | undefined, { since, window }: ReadScope): Walk {
  const after = newest ?? (window ? undefined : since);
  // Objects created in a window were not edited before it.
  const start = after === undefined ? window?.from : iso(Date.parse(after) - LOOK_BACK_MS);
  if (start === undefined) return {};
  const floor = iso(Math.floor(Date.parse(start) / 60_000) * 60_000);
  return 'search' in target ? { floor, down: true } : { floor, from: floor };
}

function questionOf(target: Target, { down, from, trash }: Walk, { window }: ReadScope): [path: string, body: object] {
  const sort = { timestamp: 'last_edited_time', direction: down ? 'descending' : 'ascending' };
  if ('search' in target) return ['/v1/search', { filter: { property: 'object', value: target.search }, sort }];
  const minute = (text: string, round: (number: number) => number) => iso(round(Date.parse(text) / 60_000) * 60_000);
  const created = (condition: object) => ({ timestamp: 'created_time', created_time: condition });
  const and = [
    ...(from === undefined ? [] : [{ timestamp: 'last_edited_time', last_edited_time: { on_or_after: from } }]),
    ...(window ? [created({ on_or_after: minute(window.from, Math.floor) })] : []),
    ...(window ? [created({ before: minute(window.to, Math.ceil) })] : []),
  ];
  const body = { sorts: [sort], ...(and.length > 0 && { filter: { and } }), ...(trash && { in_trash: true }) };
  return [`/v1/data_sources/${target.dataSource}/query`, body];
}

/** The same list without the forgotten cursor. Objects edited in the minute of `at` are repeated. */
function begunAnew(target: Target, { start: _start, ...walk }: Walk): Walk {
  const { at, skip, down } = walk;
  if (at === undefined) return walk;
  if (!('search' in target)) return { ...walk, from: at };
  // Forgotten again before it reached the earlier position.
  const behind = skip !== undefined && (down ? skip < at : skip > at);
  return { ...walk, skip: behind ? skip : at };
}

function unread({ items }: List, { floor, down, skip }: Walk, known: Recent) {
  const [lowest, before] = [Date.parse(floor ?? ''), Date.parse(skip ?? '')];
  const fresh: JsonObject[] = [];
  for (const item of items) {
    const at = timeOf(item, 'last_edited_time');
    if (down && at < lowest) return { items: fresh, reached: true };
    if (!(down ? at > before : at < before) && !known.has(item)) fresh.push(item);
  }
  return { items: fresh, reached: false };
}

function nextOf(target: Target, walk: Walk, list: List, reached: boolean): Walk | null | 'cut' {
  const { start: _start, cut: _cut, ...rest } = walk;
  const last = list.items.map((item) => timeOf(item, 'last_edited_time')).findLast((at) => !Number.isNaN(at));
  const at = last === undefined ? walk.at : iso(last);
  const seen = at === undefined ? {} : { at };
  const cut = list.cutOff || walk.cut ? { cut: true as const } : {};
  if (reached) return null;
  if (list.next !== null) return { ...rest, ...seen, ...cut, start: list.next };
  if ('search' in target) return cut.cut ? 'cut' : null;
  if (cut.cut) return behindCut(rest, at, target.dataSource);
  return target.trash && walk.floor !== undefined && !walk.trash
    ? { floor: walk.floor, from: walk.floor, trash: true }
    : null;
}

/** A truncated query is continued by another one, from the last minute seen. */
function behindCut(walk: Walk, at: string | undefined, dataSource: string): Walk {
  if (at !== undefined && at !== walk.from) return { ...walk, at, from: at };
  const message = `Notion shows no more than 10,000 pages of the data source ${dataSource} that were edited in one minute`;
  throw new Terminal('SOURCE_RESPONSE_TOO_LARGE', `${message} (${at ?? 'unknown'})`);
}
