import { isJsonObject } from '@tidemark/foundation';
import { Terminal } from '@tidemark/resilience';
import { z } from 'zod';
import type { JsonObject, RecordProblem, SourceRecord } from '@tidemark/connector-sdk';
import type { Reading } from './feed.js';
import { cursorsRefused, MAX_REFUSALS } from './notion-client.js';
import { isCreatedWithin, timeOf, toRecords } from './records.js';

/** A page or block whose children are to be read. */
export const branch = z.strictObject({
  id: z.string(),
  /** Levels below the page. */
  depth: z.int(),
  /** Where its list continues, and after which child. */
  start: z.string().optional(),
  last: z.string().optional(),
  /** The list is read again from its beginning, since Notion forgot its cursor; up to this child it was read before. */
  skip: z.string().optional(),
  /** How often that happened without progress. */
  refusals: z.int().optional(),
});
export type Branch = z.infer<typeof branch>;

export interface BranchRead {
  readonly records: readonly SourceRecord[];
  readonly problems: readonly RecordProblem[];
  /** Stack of branches to read; the last one is next. */
  readonly open: readonly Branch[];
}

interface BranchRequest {
  /** The page that contains all of it. */
  readonly root: string;
  readonly branch: Branch;
  readonly maxDepth: number;
  readonly floor: string | undefined;
}

/** One page of a block's children. */
export async function readBranch(reading: Reading, request: BranchRequest): Promise<BranchRead> {
  const { notion, pageSize, signal, scope } = reading;
  const { root, branch: parent, maxDepth, floor } = request;
  const { id, depth, start, last, skip, refusals = 0 } = parent;
  const list = await notion.children(id, start, pageSize, signal).catch((error: unknown) => problemOf(error, parent));
  if (list === null) {
    if (refusals >= MAX_REFUSALS) throw cursorsRefused();
    const known = skip ?? last;
    const restarted = { id, depth, ...(known !== undefined && { skip: known }), refusals: refusals + 1 };
    return { records: [], problems: [], open: [restarted] };
  }
  if ('code' in list) return { records: [], problems: [list], open: [] };
  const known = skip === undefined ? -1 : list.items.findIndex((item) => item['id'] === skip);
  if (skip !== undefined && known < 0) {
    // If the list ends without the child, it is gone: then the whole list is read again.
    const on = list.next === null ? {} : { start: list.next, skip, refusals };
    return { records: [], problems: [], open: [{ id, depth, ...on }] };
  }
  const items = list.items.slice(known + 1);
  const on = behind(parent, list.next, list.items);
  const rest = on === null ? [] : [items.length > 0 ? on : { ...on, refusals }];
  const parents = items.filter(hasOwnChildren);
  const tooDeep = depth + 1 >= maxDepth ? parents : [];
  const wanted = items.filter(
    (item) => !(timeOf(item, 'last_edited_time') < Date.parse(floor ?? '')) && isCreatedWithin(scope, item),
  );
  const { records, problems } = toRecords('blocks', wanted, `the page ${root}`, { page_id: root });
  const below = tooDeep.length > 0 ? [] : parents.map((item) => ({ id: String(item['id']), depth: depth + 1 }));
  return { records, problems: [...problems, ...tooDeep.map(tooDeepProblem)], open: [...rest, ...below.reverse()] };
}

function behind({ id, depth }: Branch, start: string | null, items: readonly JsonObject[]): Branch | null {
  if (start === null) return null;
  const last = items.findLast((item) => typeof item['id'] === 'string')?.['id'];
  return { id, depth, start, ...(last !== undefined && { last: String(last) }) };
}

/** Nested pages and databases are separate objects; a copy of a synced block shows its original's blocks. */
function hasOwnChildren(item: JsonObject): boolean {
  const { id, type, has_children: hasChildren, synced_block: synced } = item;
  if (hasChildren !== true || typeof id !== 'string') return false;
  if (type === 'child_page' || type === 'child_database') return false;
  return !(isJsonObject(synced) && isJsonObject(synced['synced_from']));
}

const tooDeepProblem = (item: JsonObject): RecordProblem => ({
  objectType: 'blocks',
  code: 'OBJECT_TOO_DEEP',
  message: 'the block has children deeper than maxDepth, which are not read',
  externalId: String(item['id']),
});

/** Deleted or hidden meanwhile (404), or of a kind that the API does not support (400): the others continue. */
function problemOf(error: unknown, { id, depth }: Branch): RecordProblem {
  if (!(error instanceof Terminal) || (error.status !== 404 && error.status !== 400)) throw error;
  const what = depth === 0 ? 'page' : 'block';
  const message = `the children of the ${what} ${id} cannot be read: ${error.message}`;
  return { objectType: 'blocks', code: error.code, message, externalId: id };
}
