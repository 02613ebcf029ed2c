import {
  invalid,
  problem,
  TidemarkError,
  type Change,
  type ChangeDocument,
  type ChangeList,
  type GetChange,
  type IgnoreListDocument,
  type IgnoreRule,
  type ListChanges,
} from '@tidemark/contracts';
import { ignoredStored, type ThreadOptions } from '@tidemark/openapi-diff/threads';
import { COUNTED, InvalidCursor, pageOfList, type Query, type View } from '@tidemark/read-model';
import { rulesOf, summaryOf } from './summary.js';

/** Documents read at once where no index helps. */
const CHUNK = 1000;

/** A change, and the rule that expects it. */
type Marked = readonly [change: ChangeDocument, rule: IgnoreRule | undefined];
type Mark = (changes: readonly ChangeDocument[]) => Promise<Marked[]>;

/** Recorded changes, marked by the current ignore lists. */
export class RecordedChanges {
  readonly #changes: View<ChangeDocument>;
  readonly #ignoreLists: View<IgnoreListDocument>;

  constructor(changes: View<ChangeDocument>, ignoreLists: View<IgnoreListDocument>) {
    this.#changes = changes;
    this.#ignoreLists = ignoreLists;
  }

  /** Those of the newest comparison first, in its order. */
  async list(request: ListChanges, now: Date, thread: ThreadOptions = {}): Promise<ChangeList> {
    const { operation, ignored, page, perPage, after, connectionId } = request;
    const rules = await rulesOf(this.#ignoreLists, request);
    const mark: Mark = async (changes) => {
      const found = await ignoredStored(changes, rules, now, thread);
      return changes.map((change, index) => [change, found[index]]);
    };
    const query: Query<ChangeDocument> = { where: conditionsOf(request), sort: newestFirst };
    // Filters without an index are applied to all documents that match the others.
    const isIndexed = operation === undefined && (ignored === undefined || (!ignored && rules.length === 0));
    const part = after === undefined ? { page, perPage } : { after, perPage };
    const found = isIndexed ? this.#page({ ...query, ...part }, mark) : this.#scan(query, mark, request);
    const { data, ...rest } = await found.catch((error: unknown) => {
      if (!(error instanceof InvalidCursor)) throw error;
      throw invalid([problem('cursor', 'must be the `next` of a page of this list')]);
    });
    return { data: data.map(([change, rule]) => ({ ...summaryOf(change, rule), connectionId })), ...rest };
  }

  /** @throws TidemarkError NOT_FOUND */
  async get({ id, ...caller }: GetChange, now: Date, thread: ThreadOptions = {}): Promise<Change> {
    const change = await this.#changes.get(id);
    if (!change) throw new TidemarkError('NOT_FOUND', 'no such change');
    const [rule] = await ignoredStored([change], await rulesOf(this.#ignoreLists, caller), now, thread);
    return { ...summaryOf(change, rule), connectionId: caller.connectionId, operations: change.operations };
  }

  async #page(query: Query<ChangeDocument>, mark: Mark) {
    const { data, ...found } = await this.#changes.query(query);
    return { ...found, data: await mark(data) };
  }

  /** One page of a list whose filters no index serves: its documents are read as a whole, up to those that are counted. */
  async #scan(query: Query<ChangeDocument>, mark: Mark, request: ListChanges) {
    const { page, perPage, after } = request;
    const { asOf, degraded } = await this.#changes.query({ ...query, perPage: 1 });
    const first = after === undefined ? (page - 1) * perPage : Infinity;
    const found: Marked[] = [];
    if (after !== undefined)
      for await (const marked of this.#matching(query, mark, request, after)) if (found.push(marked) > perPage) break;
    let counted = 0;
    for await (const marked of this.#matching(query, mark, request)) {
      if (counted >= first && found.length <= perPage) found.push(marked);
      if (++counted > COUNTED && (found.length > perPage || after !== undefined)) break;
    }
    const changes = found.map(([change]) => change);
    const about = { asOf, ...(degraded !== undefined && { degraded }) };
    return {
      ...pageOfList({ sort: newestFirst, perPage }, changes, counted, about),
      data: found.slice(0, perPage),
    };
  }

  /** The matching changes, from the first or after a cursor. */
  async *#matching(
    query: Query<ChangeDocument>,
    mark: Mark,
    { operation, ignored }: ListChanges,
    after?: string,
  ): AsyncGenerator<Marked> {
    const wanted = operation?.replace(/^\w+/, (method) => method.toUpperCase());
    for (let cursor = after; ;) {
      const part = cursor === undefined ? {} : { after: cursor };
      const { data, next } = await this.#changes.query({ ...query, ...part, perPage: CHUNK });
      const changes = data.filter(({ operations }) => wanted === undefined || operations.includes(wanted));
      for (const marked of await mark(changes))
        if (ignored === undefined || (marked[1] !== undefined) === ignored) yield marked;
      if (next === undefined) return;
      cursor = next;
    }
  }
}

const newestFirst = [
  ['detectedAt', 'desc'],
  ['order', 'asc'],
] as const;

function conditionsOf({ keeper, since, until, severity, rule, jobId, snapshotId }: ListChanges) {
  const isTimed = since !== undefined || until !== undefined;
  return {
    ...keeper,
    ...(isTimed && { detectedAt: { ...(since && { gte: since }), ...(until && { lte: until }) } }),
    ...(severity && { severity: { in: severity } }),
    ...(rule !== undefined && { rule }),
    ...(jobId !== undefined && { jobId }),
    ...(snapshotId !== undefined && { snapshotId }),
  };
}
