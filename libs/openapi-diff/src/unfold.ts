/** Characters up to which a description may unfold; a larger one may be twice as long as its text. */
export const MAX_UNFOLDED = 128 * 1024 * 1024;

/** References, aliases or repetition make more of a document than its text has. */
export class UnfoldsTooFar extends Error {
  override readonly name = 'UnfoldsTooFar';

  constructor(limit: number) {
    super(`the description unfolds to more than ${limit} characters`);
  }
}

/** Counts the characters that a value would have as JSON; parts that occur again are counted again, but visited once. */
export class UnfoldedSize {
  readonly #sizes = new Map<object, number>();

  of(value: unknown): number {
    if (typeof value === 'string') return value.length + 3;
    if (typeof value !== 'object' || value === null) return 5;
    const known = this.#sizes.get(value);
    if (known !== undefined) return known;
    let size = 2;
    if (Array.isArray(value)) for (const item of value) size += this.of(item);
    else for (const key in value) size += key.length + 3 + this.of((value as Record<string, unknown>)[key]);
    this.#sizes.set(value, size);
    return size;
  }
}
