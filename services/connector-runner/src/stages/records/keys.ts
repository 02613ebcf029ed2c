import type { BlobId, BlobStore } from '@tidemark/blob-store';
import type { Json } from '@tidemark/foundation';
import { linesOf, putLines } from '../lines.js';

/** The values of a row's key columns. */
export type RowKey = readonly Json[];

/** Collects the keys of rows that are not in the destination; what a checkpoint covers is a chain of blobs. */
export class FailedRowKeys {
  #keys: RowKey[] = [];

  constructor(
    private readonly blobs: BlobStore,
    private last: BlobId | undefined,
  ) {}

  add(key: RowKey): void {
    this.#keys.push(key);
  }

  get held(): number {
    return this.#keys.length;
  }

  /** The last blob of the chain, once everything added is in it. */
  async store(): Promise<BlobId | undefined> {
    if (this.#keys.length > 0) this.last = await putLines(this.blobs, [{ before: this.last }, ...this.#keys]);
    this.#keys = [];
    return this.last;
  }
}

/** The keys of a chain. */
export async function* failedRowKeys(blobs: BlobStore, last: BlobId | undefined): AsyncGenerator<RowKey> {
  for (let id = last; id !== undefined;) {
    let before: BlobId | undefined;
    let isFirst = true;
    for await (const line of linesOf<RowKey | { readonly before?: BlobId }>(blobs, id)) {
      if (isFirst) before = (line as { readonly before?: BlobId }).before;
      else yield line as RowKey;
      isFirst = false;
    }
    id = before;
  }
}
