import { shownTime } from './shapes.js';
import type { NotionObject } from './workspace.js';

export interface ListRequest {
  readonly start_cursor?: string;
  readonly page_size?: number;
  readonly filter?: Filter;
  readonly sorts?: readonly Sort[];
  readonly sort?: Sort;
  readonly in_trash?: boolean;
}

type Filter =
  | { readonly and: readonly Filter[] }
  | { readonly timestamp: 'last_edited_time' | 'created_time'; readonly [condition: string]: unknown }
  | { readonly property: 'object'; readonly value: string };
interface Sort {
  readonly timestamp: string;
  readonly direction?: string;
}

export interface Listed {
  readonly items: readonly NotionObject[];
  readonly nextCursor: string | null;
  /** Whether the list ends because Notion shows no more of it. */
  readonly incomplete: boolean;
}

/** Notion's error for a request that does not match its schema. */
export class ValidationError extends Error {}

/** Pages of lists. A cursor belongs to its query, and expires after some time. */
export class Lists {
  /** Maximum results of one query. */
  limit = 10_000;
  /** Whether cursors are valid at all. */
  remembers = true;
  readonly #cursors = new Map<string, { readonly question: string; readonly behind: number; readonly given: number }>();

  /** The session is over: its cursors are no longer accepted. */
  forgetCursors(): void {
    this.#cursors.clear();
  }

  list(where: string, all: readonly NotionObject[], request: ListRequest, inOrder = false): Listed {
    const { start_cursor: cursor, page_size: size = 100, ...question } = request;
    if (!Number.isInteger(size) || size < 1)
      throw new ValidationError(`page_size should be ≥ \`1\`, instead was \`${size}\`.`);
    if (size > 100) throw new ValidationError(`page_size should be ≤ \`100\`, instead was \`${size}\`.`);
    const requested = JSON.stringify([where, question]);
    const known = cursor === undefined ? undefined : this.#cursors.get(cursor);
    if (cursor !== undefined && known?.question !== requested)
      throw new ValidationError(`The start_cursor provided is invalid: ${cursor}`);
    const ranks = new Map(all.map((object, index) => [object, index]));
    const rank = (object: NotionObject) => rankOf(object, ranks.get(object)!, inOrder ? undefined : sortOf(request));
    const found = all
      .filter((object) => matches(object, request.filter))
      .sort((a, b) => rank(a) - rank(b))
      .filter((object) => rank(object) > (known?.behind ?? -Infinity));
    const given = known?.given ?? 0;
    const items = found.slice(0, Math.min(size, this.limit - given));
    const cut = given + items.length >= this.limit && found.length > items.length;
    if (items.length === found.length || cut) return { items, nextCursor: null, incomplete: cut };
    const next = `cur-${this.#cursors.size + 1}-${Math.abs(rank(items.at(-1)!))}`;
    if (this.remembers)
      this.#cursors.set(next, { question: requested, behind: rank(items.at(-1)!), given: given + items.length });
    return { items, nextCursor: next, incomplete: false };
  }
}

const sortOf = ({ sorts, sort }: ListRequest): Sort | undefined => sorts?.[0] ?? sort;

/** One number that grows along the list; times first, then the order in which objects were made. */
function rankOf({ editedAt, createdAt }: NotionObject, index: number, sort: Sort | undefined): number {
  if (!sort) return index;
  const minutes = shownTime(sort.timestamp === 'created_time' ? createdAt : editedAt) / 60_000;
  return (minutes * 1e6 + index) * (sort.direction === 'ascending' ? 1 : -1);
}

function matches(object: NotionObject, filter: Filter | undefined): boolean {
  if (!filter) return true;
  if ('and' in filter) return (filter.and as readonly Filter[]).every((part) => matches(object, part));
  if ('property' in filter) return object.kind === filter.value;
  const conditions = filter[filter.timestamp] as Record<string, string>;
  const at = shownTime(filter.timestamp === 'created_time' ? object.createdAt : object.editedAt);
  return Object.entries(conditions).every(([condition, value]) => {
    const limit = Date.parse(value);
    if (condition === 'on_or_after') return at >= limit;
    if (condition === 'before') return at < limit;
    throw new ValidationError(`filter.${filter.timestamp}.${condition} should be not present.`);
  });
}
