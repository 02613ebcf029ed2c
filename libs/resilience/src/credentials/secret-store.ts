/** A sealed value, and a version that differs with every change. */
export interface StoredSecret {
  readonly version: number;
  readonly value: Uint8Array;
}

/** Where sealed values are kept; any store with compare-and-put will do. Versions only grow, also across a removal. */
export interface SecretStore {
  get(id: string): Promise<StoredSecret | undefined>;
  /** Stores a value unconditionally; returns its version. */
  put(id: string, value: Uint8Array): Promise<number>;
  /** Stores a value if `version` is still the latest (0: there is none); returns its version, or null when it is not. */
  compareAndPut(id: string, version: number, value: Uint8Array): Promise<number | null>;
  remove(id: string): Promise<void>;
}

/** For tests, and for processes without storage. */
export class MemorySecretStore implements SecretStore {
  readonly #values = new Map<string, { readonly version: number; readonly value?: Uint8Array }>();

  async get(id: string): Promise<StoredSecret | undefined> {
    const { version, value } = this.#values.get(id) ?? {};
    return version === undefined || value === undefined ? undefined : { version, value };
  }

  async put(id: string, value: Uint8Array): Promise<number> {
    const version = (this.#values.get(id)?.version ?? 0) + 1;
    this.#values.set(id, { version, value });
    return version;
  }

  async compareAndPut(id: string, version: number, value: Uint8Array): Promise<number | null> {
    const known = this.#values.get(id);
    return version === (known?.value ? known.version : 0) ? this.put(id, value) : null;
  }

  async remove(id: string): Promise<void> {
    const known = this.#values.get(id);
    if (known?.value) this.#values.set(id, { version: known.version + 1 });
  }
}
