/** Names a value that the stages of one leg pass to each other in memory. */
export interface Artefact<T> {
  readonly name: string;
  /** Carries the type; never set. */
  readonly type?: T;
}

export const artefact = <T>(name: string): Artefact<T> => ({ name });

/** Memory of one leg in one process. Empty when another runner started the leg: outputs name the blobs to read. */
export class Artefacts {
  readonly #values = new Map<string, unknown>();

  get<T>({ name }: Artefact<T>): T | undefined {
    return this.#values.get(name) as T | undefined;
  }

  set<T>({ name }: Artefact<T>, value: T): void {
    this.#values.set(name, value);
  }

  /** For large values that are needed once. */
  take<T>(key: Artefact<T>): T | undefined {
    const value = this.get(key);
    this.#values.delete(key.name);
    return value;
  }
}
