import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  invalid,
  problem,
  TidemarkError,
  type Change,
  type ChangeDocument,
  type ChangeList,
  type GetChange,
  type IgnoreListDocument,
  type ListChanges,
} from '@tidemark/contracts';
import { changeFilter, ignoredBy } from '@tidemark/openapi-diff';
import { COUNTED, InvalidCursor, pageOfList, type Query, type QueryResult, type View } from '@tidemark/read-model';
import { rulesOf, summaryOf } from './summary.js';

/** Documents read at once where no index helps. */
const CHUNK = 1000;
/** How long one list may block the event loop, in milliseconds. */
const TURN_MS = 5;

type Test = (change: ChangeDocument) => boolean;

/** Recorded changes, marked by the current ignore lists. */
export class RecordedChanges {
  readonly #changes: View<ChangeDocument>;
  readonly #ignoreLists: View<IgnoreListDocument>;

  constructor(changes: View<ChangeDocument>, ignoreLists: View<IgnoreListDocument>) {
    this.#changes = changes;
    this.#ignoreLists = ignoreLists;
  }

  /** Those of the newest comparison first, in its order. */
  async list(request: ListChanges, now: Date): Promise<ChangeList> {
    const { operation, ignored, page, perPage, after, connectionId } = request;
    const rules = await rulesOf(this.#ignoreLists, request);
    const ruleFor = ignoredBy(rules, now);
    const query: Query<ChangeDocument> = { where: conditionsOf(request), sort: newestFirst };
    // Filters without an index are applied to all documents that match the others.
    const isIndexed = operation === undefined && (ignored === undefined || (!ignored && rules.length === 0));
    const passes = changeFilter({ operation, ignored }, (change) => ruleFor(change) !== undefined);
    const part = after === undefined ? { page, perPage } : { after, perPage };
    const found = isIndexed ? this.#changes.query({ ...query, ...part }) : this.#scan(query, passes, request);
    const { data, ...rest } = await found.catch((error: unknown) => {
      throw error instanceof InvalidCursor
        ? invalid([problem('cursor', 'must be the `next` of a page of this list')])
        : error;
    });
    return { ...rest, data: data.map((change) => ({ ...summaryOf(change, ruleFor(change)), connectionId })) };
  }

  /** @throws TidemarkError NOT_FOUND */
  async get({ id, ...caller }: GetChange, now: Date): Promise<Change> {
    const change = await this.#changes.get(id);
    if (!change) throw new TidemarkError('NOT_FOUND', 'no such change');
    const rule = ignoredBy(await rulesOf(this.#ignoreLists, caller), now)(change);
    return { ...summaryOf(change, rule), connectionId: caller.connectionId, operations: change.operations };
  }

  /** One page of a list whose filters no index serves: all of its documents are read, up to those that are counted. */
  async #scan(
    query: Query<ChangeDocument>,
    passes: Test,
    { page, perPage, after }: Pick<ListChanges, 'page' | 'perPage' | 'after'>,
  ): Promise<QueryResult<ChangeDocument>> {
    const asOf = await this.#changes.position();
    const found: ChangeDocument[] = [];
    let skip = after === undefined ? (page - 1) * perPage : 0;
    for await (const change of this.#matching(query, passes, after))
      if (--skip < 0 && found.push(change) > perPage) break;
    let counted = 0;
    for await (const _ of this.#matching(query, passes)) if (++counted > COUNTED) break;
    return pageOfList({ sort: newestFirst, perPage }, found, counted, asOf);
  }

  async *#matching(query: Query<ChangeDocument>, passes: Test, after?: string): AsyncGenerator<ChangeDocument> {
    let turn = performance.now();
    for (let cursor = after; ;) {
      const part = cursor === undefined ? {} : { after: cursor };
      const { data, next } = await this.#changes.query({ ...query, ...part, perPage: CHUNK });
      for (const change of data) {
        if (performance.now() - turn > TURN_MS) {
          await nextTurn();
          turn = performance.now();
        }
        if (passes(change)) yield change;
      }
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
