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
import { selectStored, type ThreadOptions } from '@tidemark/openapi-diff/threads';
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

  /** One page of changes, marked by the current ignore list. @throws BlobNotFound · LimitExceeded */
  async find(
    { before, after, page, perPage, ...query }: FindChanges,
    thread: ThreadOptions = {},
  ): Promise<FoundChanges> {
    const { severity, rule, operation, ignored: isIgnored } = query;
    const changes = await this.#changes({ before, after }, thread);
    const selection = {
      filter: { severity, rule, operation, ignored: isIgnored },
      ignore: await rulesOf(this.#ignoreLists, query),
      now: new Date(this.#now()),
      from: (page - 1) * perPage,
      count: perPage,
    };
    const selected = await selectStored<FoundChange, IgnoreRule>(changes, selection, thread);
    const { data, total, bySeverity, ignored } = selected;
    return {
      data: data.map(({ change, ignoredBy }) => summaryOf(change, ignoredBy)),
      total,
      bySeverity: { breaking: 0, risky: 0, safe: 0, info: 0, ...bySeverity },
      ignored,
    };
  }

  /** The result of an earlier comparison may be lost: it is made again. */
  async #changes(documents: CompareSnapshots, thread: ThreadOptions): Promise<Uint8Array> {
    const id = await this.changesBlob(documents, thread);
    try {
      return await readBlob(this.#blobs, id);
    } catch (error) {
      if (!(error instanceof BlobNotFound || error instanceof BlobCorrupt)) throw error;
      this.#results.clear();
      return readBlob(this.#blobs, await this.changesBlob(documents, thread));
    }
  }

  /** The blob of all changes between two documents, as JSON: FoundChange[]. */
  changesBlob(documents: CompareSnapshots, thread: ThreadOptions = {}): Promise<BlobId> {
    const now = this.#now();
    // Sunset dates are judged by the day.
    const key = [documents.before, documents.after, new Date(now).toISOString().slice(0, 10)].join(' ');
    return this.#results.get(key, () => this.#compare(documents, now, thread));
  }

  async #compare(documents: CompareSnapshots, at: number, thread: ThreadOptions): Promise<BlobId> {
    const { changes } = await compareSnapshots(this.#blobs, documents, at, thread);
    return (await this.#blobs.put(changes)).id;
  }
}
