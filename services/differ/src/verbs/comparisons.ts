import { BlobCorrupt, BlobNotFound, readBlob, type BlobId, type BlobStore } from '@tidemark/blob-store';
import type {
  CompareSnapshots,
  FindChanges,
  FoundChange,
  FoundChanges,
  IgnoreListDocument,
  IgnoreRule,
} from '@tidemark/contracts';
import { LoadingCache } from '@tidemark/foundation';
import { selectStored } from '@tidemark/openapi-diff/threads';
import type { View } from '@tidemark/read-model';
import { compareSnapshots } from '../comparison/compare-snapshots.js';
import { rulesOf, summaryOf } from './summary.js';

/** Comparisons whose result blobs are remembered; the results are in the blob store. */
const KEPT = 200;

/** Compares any two documents on demand. Nothing is recorded. */
export class Comparisons {
  readonly #blobs: BlobStore;
  readonly #ignoreLists: View<IgnoreListDocument>;
  readonly #now: () => number;
  /** Blobs of results, by the documents and the day: callers page through them. */
  readonly #results = new LoadingCache<BlobId>(KEPT);

  constructor(blobs: BlobStore, ignoreLists: View<IgnoreListDocument>, now: () => number) {
    this.#blobs = blobs;
    this.#ignoreLists = ignoreLists;
    this.#now = now;
  }

  /** One page of changes, marked by the current ignore list. @throws BlobNotFound · OutOfMemoryError */
  async find({ before, after, page, perPage, ...query }: FindChanges): Promise<FoundChanges> {
    const { severity, rule, operation, ignored: isIgnored } = query;
    const changes = await this.#changes({ before, after });
    const { data, total, bySeverity, ignored } = await selectStored<FoundChange, IgnoreRule>(changes, {
      filter: { severity, rule, operation, ignored: isIgnored },
      ignore: await rulesOf(this.#ignoreLists, query),
      now: new Date(this.#now()),
      from: (page - 1) * perPage,
      count: perPage,
    });
    return {
      data: data.map(({ change, ignoredBy }) => summaryOf(change, ignoredBy)),
      total,
      bySeverity: { breaking: 0, risky: 0, safe: 0, info: 0, ...bySeverity },
      ignored,
    };
  }

  /** The result of an earlier comparison may be lost: it is made again. */
  async #changes(documents: CompareSnapshots): Promise<Buffer> {
    const id = await this.changesBlob(documents);
    try {
      return await readBlob(this.#blobs, id);
    } catch (error) {
      if (!(error instanceof BlobNotFound || error instanceof BlobCorrupt)) throw error;
      this.#results.clear();
      return readBlob(this.#blobs, await this.changesBlob(documents));
    }
  }

  /** The blob of all changes between two documents, as JSON: FoundChange[]. */
  changesBlob({ before, after }: CompareSnapshots): Promise<BlobId> {
    const now = this.#now();
    // Sunset dates are judged by the day.
    const key = [before, after, new Date(now).toISOString().slice(0, 10)].join(' ');
    return this.#results.get(key, () => this.#compare(before as BlobId, after as BlobId, now));
  }

  async #compare(before: BlobId, after: BlobId, at: number): Promise<BlobId> {
    const changes = await compareSnapshots(this.#blobs, before, after, at);
    return (await this.#blobs.put(JSON.stringify(changes))).id;
  }
}
