import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  TidemarkError,
  type Change,
  type ChangeDocument,
  type ChangeList,
  type GetChange,
  type IgnoreListDocument,
  type ListChanges,
} from '@tidemark/contracts';
import { changeFilter, ignoredBy } from '@tidemark/openapi-diff';
import type { Query, QueryResult, View } from '@tidemark/read-model';
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
    const { operation, ignored, page, perPage, connectionId } = request;
    const rules = await rulesOf(this.#ignoreLists, request);
    const ruleFor = ignoredBy(rules, now);
    const query: Query<ChangeDocument> = { where: conditionsOf(request), sort: newestFirst };
    // Filters without an index are applied to all documents that match the others.
    const isIndexed = operation === undefined && (ignored === undefined || (!ignored && rules.length === 0));
    const { data, ...found } = isIndexed
      ? await this.#changes.query({ ...query, page, perPage })
      : await this.#scan(
          query,
          changeFilter({ operation, ignored }, (change) => ruleFor(change) !== undefined),
          request,
        );
    return { data: data.map((change) => ({ ...summaryOf(change, ruleFor(change)), connectionId })), ...found };
  }

  /** @throws TidemarkError NOT_FOUND */
  async get({ id, ...caller }: GetChange, now: Date): Promise<Change> {
    const change = await this.#changes.get(id);
    if (!change) throw new TidemarkError('NOT_FOUND', 'no such change');
    const rule = ignoredBy(await rulesOf(this.#ignoreLists, caller), now)(change);
    return { ...summaryOf(change, rule), connectionId: caller.connectionId, operations: change.operations };
  }

  /** One page of the matching changes of a list that can only be read as a whole. */
  async #scan(
    query: Query<ChangeDocument>,
    passes: Test,
    { page, perPage }: Pick<ListChanges, 'page' | 'perPage'>,
  ): Promise<QueryResult<ChangeDocument>> {
    const first = (page - 1) * perPage;
    const data: ChangeDocument[] = [];
    let total = 0;
    let turn = performance.now();
    for (let chunk = 1; ; chunk++) {
      const found = await this.#changes.query({ ...query, page: chunk, perPage: CHUNK });
      for (const change of found.data) {
        if (performance.now() - turn > TURN_MS) {
          await nextTurn();
          turn = performance.now();
        }
        if (!passes(change)) continue;
        if (total >= first && data.length < perPage) data.push(change);
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
