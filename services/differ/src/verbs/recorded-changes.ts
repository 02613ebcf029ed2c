import {
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
import type { Query, QueryResult, View } from '@tidemark/read-model';
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
    const { operation, ignored, page, perPage, connectionId } = request;
    const rules = await rulesOf(this.#ignoreLists, request);
    const mark: Mark = async (changes) => {
      const found = await ignoredStored(changes, rules, now, thread);
      return changes.map((change, index) => [change, found[index]]);
    };
    const query: Query<ChangeDocument> = { where: conditionsOf(request), sort: newestFirst };
    // Filters without an index are applied to all documents that match the others.
    const isIndexed = operation === undefined && (ignored === undefined || (!ignored && rules.length === 0));
    const { data, ...found } = isIndexed
      ? await this.#page({ ...query, page, perPage }, mark)
      : await this.#scan(query, mark, request);
    return { data: data.map(([change, rule]) => ({ ...summaryOf(change, rule), connectionId })), ...found };
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

  /** One page of the matching changes of a list that can only be read as a whole. */
  async #scan(
    query: Query<ChangeDocument>,
    mark: Mark,
    { operation, ignored, page, perPage }: ListChanges,
  ): Promise<Pick<QueryResult<unknown>, 'total' | 'asOf'> & { readonly data: readonly Marked[] }> {
    const first = (page - 1) * perPage;
    const wanted = operation?.replace(/^\w+/, (method) => method.toUpperCase());
    const data: Marked[] = [];
    let total = 0;
    for (let chunk = 1; ; chunk++) {
      const found = await this.#changes.query({ ...query, page: chunk, perPage: CHUNK });
      const changes = found.data.filter(({ operations }) => wanted === undefined || operations.includes(wanted));
      for (const marked of await mark(changes)) {
        if (ignored !== undefined && (marked[1] !== undefined) !== ignored) continue;
        if (total >= first && data.length < perPage) data.push(marked);
        total++;
      }
      if (chunk * CHUNK >= found.total) return { ...found, data, total };
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
