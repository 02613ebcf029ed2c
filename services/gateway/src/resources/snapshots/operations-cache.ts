import { readJson, type BlobId, type BlobStore } from '@tidemark/blob-store';
import { LoadingCache } from '@tidemark/foundation';
import { operations, type CanonicalApi, type ResolvedOperation } from '@tidemark/openapi-diff';

/** The operations of the last few documents that were paged through: reading a large one takes a while. */
export class OperationsCache {
  readonly #recent: LoadingCache<readonly ResolvedOperation[]>;

  readonly #blobs: BlobStore;

  constructor(blobs: BlobStore, limit = 4) {
    this.#blobs = blobs;
    this.#recent = new LoadingCache(limit);
  }

  /** Of a normalized document. @throws BlobNotFound · BlobCorrupt · BlobStoreUnavailable */
  of(canonicalBlob: BlobId): Promise<readonly ResolvedOperation[]> {
    return this.#recent.get(canonicalBlob, async () => {
      const found = operations(await readJson<CanonicalApi>(this.#blobs, canonicalBlob));
      // As changes name them: GET /invoices.
      return found.map((operation) => ({ ...operation, method: operation.method.toUpperCase() }));
    });
  }
}
