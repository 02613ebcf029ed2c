import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Json } from '@tidemark/foundation';

/**
 * Small named values that consumers keep beside the log (their progress). Written with the next append, or within
 * 50 ms: after a crash a value may be that much older, so a consumer repeats a little.
 */
export interface Checkpoints {
  get(name: string): Json | undefined;
  set(name: string, value: Json): void;
}

/** Holds every checkpoint in memory; the writer calls `write` inside its transaction and `written` after the commit. */
export class SqliteCheckpoints implements Checkpoints {
  readonly #values = new Map<string, Json>();
  #dirty = new Map<string, Json>();
  readonly #upsert: StatementSync;

  constructor(
    database: DatabaseSync,
    private readonly onDirty: () => void,
  ) {
    for (const row of database.prepare('SELECT name, value FROM checkpoints').all()) {
      this.#values.set(row['name'] as string, JSON.parse(row['value'] as string) as Json);
    }
    this.#upsert = database.prepare(
      'INSERT INTO checkpoints VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    );
  }

  get(name: string): Json | undefined {
    return this.#values.get(name);
  }

  set(name: string, value: Json): void {
    this.#values.set(name, value);
    this.#dirty.set(name, value);
    if (this.#dirty.size === 1) this.onDirty();
  }

  get isDirty(): boolean {
    return this.#dirty.size > 0;
  }

  write(): void {
    for (const [name, value] of this.#dirty) this.#upsert.run(name, JSON.stringify(value));
  }

  written(): void {
    if (this.#dirty.size > 0) this.#dirty = new Map();
  }
}
