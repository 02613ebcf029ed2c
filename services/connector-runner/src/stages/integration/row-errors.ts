import type { BlobStore } from '@tidemark/blob-store';
import type { RowError, RowErrors } from '@tidemark/contracts';

/** Errors are stored after this many at the latest, however long the next checkpoint takes. */
export const MAX_HELD_ERRORS = 1000;
/** Bytes of the data that is kept of one failed object. */
const MAX_DATA_BYTES = 16_384;

/** Collects errors until the next checkpoint names the blob that lists them. */
export class ErrorList {
  #errors: RowError[] = [];

  add({ data, ...error }: RowError): void {
    const kept = data !== undefined && JSON.stringify(data).length <= MAX_DATA_BYTES;
    this.#errors.push(kept ? { ...error, data } : error);
  }

  get isFull(): boolean {
    return this.#errors.length >= MAX_HELD_ERRORS;
  }

  /** Stores what was collected since the last time; undefined when there is nothing. */
  async store(blobs: BlobStore): Promise<RowErrors | undefined> {
    const errors = this.#errors;
    if (errors.length === 0) return undefined;
    this.#errors = [];
    const { id } = await blobs.put(errors.map((error) => JSON.stringify(error)).join('\n'));
    return { count: errors.length, blob: id };
  }
}
