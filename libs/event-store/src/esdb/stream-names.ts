/** Adds a namespace to every stream name on the server, and removes it again. */
export class StreamNames {
  readonly #prefix: string;

  /** @throws TypeError when the namespace has other characters than letters, digits, `_` and `-` */
  constructor(namespace?: string) {
    if (namespace !== undefined && !/^[\w-]+$/.test(namespace)) {
      throw new TypeError(`namespace: expected letters, digits, "_" and "-", got "${namespace}"`);
    }
    this.#prefix = namespace === undefined ? '' : `${namespace}.`;
  }

  /** The name on the server; also a prefix of a name gives a prefix of the name on the server. */
  stored(stream: string): string {
    return this.#prefix + stream;
  }

  /** The name that callers know. */
  known(stored: string): string {
    return stored.slice(this.#prefix.length);
  }

  /** The server-side filter of a `$all` subscription; the subscriber still drops events that it did not request. */
  filter(categories: readonly string[] | undefined): { prefixes: string[] } | { regex: string } {
    if (categories) return { prefixes: categories.map((category) => this.stored(category)) };
    return this.#prefix ? { prefixes: [this.#prefix] } : { regex: '^[^$]' };
  }
}
