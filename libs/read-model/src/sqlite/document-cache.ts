import type { Entry } from '../fold.js';

interface Cached {
  readonly entry: Entry;
  readonly weight: number;
}

/** The documents used last, within a bound on their size as text. */
export class DocumentCache {
  readonly #entries = new Map<string, Cached>();
  #weight = 0;

  /** @param limit in characters of JSON */
  constructor(private readonly limit: number) {}

  get(id: string): Entry | undefined {
    const cached = this.#entries.get(id);
    if (!cached) return undefined;
    this.#entries.delete(id);
    this.#entries.set(id, cached);
    return cached.entry;
  }

  /** @param characters the size of the document's JSON */
  set(id: string, entry: Entry, characters: number): void {
    this.delete(id);
    const weight = characters + id.length + 200;
    this.#entries.set(id, { entry, weight });
    this.#weight += weight;
    for (const oldest of this.#entries.keys()) {
      if (this.#weight <= this.limit) break;
      this.delete(oldest);
    }
  }

  delete(id: string): void {
    this.#weight -= this.#entries.get(id)?.weight ?? 0;
    this.#entries.delete(id);
  }

  clear(): void {
    this.#entries.clear();
    this.#weight = 0;
  }
}
