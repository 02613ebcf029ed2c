const LITERAL = /^tidemark(\.[^\s.*>]+)+$/;
const FILTER = /^tidemark(\.(\*|[^\s.*>]+))*\.(\*|>|[^\s.*>]+)$/;

/** @throws TypeError unless `subject` is `tidemark.` and more tokens, without wildcards */
export function assertSubject(subject: string): void {
  if (!LITERAL.test(subject)) {
    throw new TypeError(`subject: expected tidemark.<token>… without wildcards, got "${subject}"`);
  }
}

/** @throws TypeError unless `filter` is `tidemark.` and more tokens, `*` for one of them, a final `>` for the rest */
export function assertFilter(filter: string): void {
  if (!FILTER.test(filter)) {
    throw new TypeError(`subject: expected tidemark.<token>… with * or a final >, got "${filter}"`);
  }
}

/** Where a broker keeps messages: work until it is done, dead letters until an operator acts. */
export type Storage = 'work' | 'dead';

const STORAGE: ReadonlyMap<string, Storage> = new Map([
  ['work', 'work'],
  ['ingest', 'work'],
  ['dead', 'dead'],
]);

/** Whether messages of a subject are kept for consumers; all others reach only those who listen at the time. */
export function isStored(subject: string): boolean {
  return STORAGE.has(subject.split('.', 2)[1] ?? '');
}

/**
 * The storage of a subject or filter: `tidemark.{work,ingest,dead}.…`.
 * @throws TypeError for any other: its messages are not stored, so they cannot be published or consumed
 */
export function storageOf(subject: string): Storage {
  const storage = STORAGE.get(subject.split('.', 2)[1] ?? '');
  if (!storage) throw new TypeError(`subject: only tidemark.work, .ingest and .dead are stored, got "${subject}"`);
  return storage;
}

/** Whether a subject falls under a filter. */
export function matches(filter: string, subject: string): boolean {
  if (filter === subject) return true;
  const wanted = filter.split('.');
  const tokens = subject.split('.');
  for (const [i, token] of wanted.entries()) {
    if (token === '>') return tokens.length > i;
    if (i >= tokens.length || (token !== '*' && token !== tokens[i])) return false;
  }
  return wanted.length === tokens.length;
}

/** Whether some subject falls under both filters. */
export function overlap(one: string, other: string): boolean {
  const left = one.split('.');
  const right = other.split('.');
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    if (left[i] === '>' || right[i] === '>') return true;
    if (left[i] !== '*' && right[i] !== '*' && left[i] !== right[i]) return false;
  }
  return left.length === right.length;
}

const CACHED_SUBJECTS = 10_000;

/** Values filed under subject filters; a subject seen before costs one map look-up. */
export class SubjectIndex<T> {
  readonly #entries = new Set<{ filter: string; value: T }>();
  readonly #cache = new Map<string, readonly T[]>();

  /** Returns the function that removes it again. */
  add(filter: string, value: T): () => void {
    const entry = { filter, value };
    this.#entries.add(entry);
    this.#cache.clear();
    return () => {
      this.#entries.delete(entry);
      this.#cache.clear();
    };
  }

  match(subject: string): readonly T[] {
    const known = this.#cache.get(subject);
    if (known) return known;
    const found: T[] = [];
    for (const { filter, value } of this.#entries) if (matches(filter, subject)) found.push(value);
    if (this.#cache.size >= CACHED_SUBJECTS) this.#cache.clear();
    this.#cache.set(subject, found);
    return found;
  }
}
