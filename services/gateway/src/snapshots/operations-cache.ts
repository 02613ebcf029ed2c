import { readJson, type BlobId, type BlobStore } from '@tidemark/blob-store';
import { operations, type CanonicalApi, type ResolvedOperation } from '@tidemark/openapi-diff';

/** The operations of the last few documents that were paged through: reading a large one takes a while. */
export class OperationsCache {
  readonly #recent = new Map<BlobId, Promise<readonly ResolvedOperation[]>>();

  constructor(
    private readonly blobs: BlobStore,
    private readonly limit = 4,
  ) {}

  /** Of a normalized document. @throws BlobNotFound · BlobCorrupt · BlobStoreUnavailable */
  of(canonicalBlob: BlobId): Promise<readonly ResolvedOperation[]> {
    const known = this.#recent.get(canonicalBlob);
    // Taken out and put back: the map's order is that of the last use.
    this.#recent.delete(canonicalBlob);
    const found = known ?? this.#read(canonicalBlob);
    this.#recent.set(canonicalBlob, found);
    if (this.#recent.size > this.limit) this.#recent.delete(this.#recent.keys().next().value!);
    return found;
  }

  async #read(id: BlobId): Promise<readonly ResolvedOperation[]> {
    try {
      const found = operations(await readJson<CanonicalApi>(this.blobs, id));
      // As changes name them: GET /invoices.
      return found.map((operation) => ({ ...operation, method: operation.method.toUpperCase() }));
    } catch (error) {
      this.#recent.delete(id);
      throw error;
    }
  }
}
