import type { BlobId, BlobStore } from '@tidemark/blob-store';
import type { FailedKeys } from './failed-keys.js';
import type { Snapshot } from './pending-snapshot.js';
import { Previous } from './previous.js';

/** The snapshot of a comparison without differences: the previous one. Rows always give the same bytes. */
export class UnchangedSnapshot {
  readonly #snapshot: Snapshot;
  readonly #key: readonly string[];

  /** @param key the key columns */
  constructor(id: BlobId, bytes: number, key: readonly string[]) {
    this.#snapshot = { id, bytes };
    this.#key = key;
  }

  /** @param failed keys of rows reported as failed, though no write was requested: they stay unchanged */
  async store(snapshots: Pick<BlobStore, 'get'>, failed: FailedKeys | undefined): Promise<Snapshot> {
    if (failed !== undefined) await this.#find(snapshots, failed);
    return this.#snapshot;
  }

  /** @throws RangeError for a failed key that no row has */
  async #find(snapshots: Pick<BlobStore, 'get'>, failed: FailedKeys): Promise<void> {
    const previous = await Previous.open(snapshots, this.#snapshot.id, this.#key);
    const { entries } = previous;
    try {
      for (await previous.nextFrame(); entries.here; await previous.nextFrame()) {
        for (; entries.here; entries.next()) {
          const answer = failed.has(entries);
          if (typeof answer !== 'boolean') await answer;
        }
      }
      await failed.end();
    } finally {
      await previous.close();
    }
  }
}
