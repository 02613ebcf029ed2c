import type { Entry } from '../fold.js';

const EVERY_MS = 1_000;
/** A writer that read a document before a write finishes its own within the time that an operation may take. */
const KEPT_MS = 10_000;
const MOST = 2_000;

/**
 * The documents that this process wrote last. A server whose replacement of a document is not atomic may let a slower
 * writer put an older state over a newer one; so may a replica that answers late. What was written is therefore checked
 * for a few seconds, and a document that is read is never taken for newer than what was written.
 */
export class RecentWrites {
  /** The oldest first. */
  readonly #written = new Map<string, { readonly entry: Entry; readonly at: number }>();
  #timer: NodeJS.Timeout | undefined;
  #checking: Promise<void> | undefined;
  #stopped = false;

  /** @param check writes those again that the database has in an older state */
  constructor(private readonly check: (written: ReadonlyMap<string, Entry>) => Promise<void>) {}

  /** The later one of the stored entry and of what was written. */
  newest(id: string, stored: Entry): Entry {
    const written = this.#written.get(id)?.entry;
    return written && written.position > stored.position ? written : stored;
  }

  add(entries: ReadonlyMap<string, Entry>): void {
    const at = performance.now();
    for (const [id, entry] of entries) {
      this.#written.delete(id);
      this.#written.set(id, { entry, at });
    }
    for (const id of this.#written.keys()) {
      if (this.#written.size <= MOST) break;
      this.#written.delete(id);
    }
    this.#plan();
  }

  /** Checks what is remembered now. Rejects as the check does; it is then tried again later. */
  async settle(): Promise<void> {
    await this.#checking;
    const written = new Map([...this.#written].map(([id, { entry }]) => [id, entry]));
    if (written.size > 0) await this.check(written);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#written.clear();
  }

  #plan(): void {
    if (this.#stopped || this.#written.size === 0) return;
    this.#timer ??= setTimeout(() => {
      this.#checking = this.#check().finally(() => {
        this.#checking = this.#timer = undefined;
        this.#plan();
      });
    }, EVERY_MS).unref();
  }

  async #check(): Promise<void> {
    const before = performance.now() - KEPT_MS;
    // A server that cannot be reached is asked again; nothing is forgotten before it was checked.
    await this.check(new Map([...this.#written].map(([id, { entry }]) => [id, entry]))).then(
      () => {
        for (const [id, { at }] of this.#written) if (at < before) this.#written.delete(id);
      },
      () => undefined,
    );
  }
}
