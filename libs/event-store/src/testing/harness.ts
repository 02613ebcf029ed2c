import type { EventStore } from '../port.js';

/** Given to the suite by an adapter's spec: a separate store that can be closed, reopened and disturbed. */
export interface EventStoreHarness {
  /** Opens the store on the same data each time. */
  open(): Promise<EventStore>;
  /** Makes writing impossible until `restore`: a locked file, a cut connection. */
  fail(): Promise<void> | void;
  restore(): Promise<void> | void;
  /** The connection to the server, where there is one. */
  readonly network?: {
    /** Resets the connection instead of passing on its next response; resolves then. */
    loseAnswer(): Promise<unknown>;
    /** Requests arrive, responses do not, until `restore`. */
    holdAnswers(): void;
    /** A second connection to the same data, which `fail` and `holdAnswers` do not disturb. */
    openDirect(): Promise<EventStore>;
  };
  /** Deletes everything. Stores are closed by then. */
  cleanUp(): Promise<void>;
}

export interface ConformanceOptions {
  /** Whether harnesses have a `network`. */
  readonly network: boolean;
}

/** The stores of one test; all are closed at its end. */
export class TestStores {
  readonly #opened: EventStore[] = [];
  #main: EventStore | undefined;

  constructor(readonly harness: EventStoreHarness) {}

  get store(): EventStore {
    if (!this.#main) throw new Error('no store is open');
    return this.#main;
  }

  get network(): NonNullable<EventStoreHarness['network']> {
    if (!this.harness.network) throw new Error('the harness has no network');
    return this.harness.network;
  }

  async open(): Promise<EventStore> {
    this.#main = await this.harness.open();
    this.#opened.push(this.#main);
    return this.#main;
  }

  async openDirect(): Promise<EventStore> {
    const store = await this.network.openDirect();
    this.#opened.push(store);
    return store;
  }

  /** Closes the store and opens it again, as a restart of the process does. */
  async reopen(): Promise<EventStore> {
    await this.store.close();
    return this.open();
  }

  async end(): Promise<void> {
    await this.harness.restore();
    await Promise.all(this.#opened.map((store) => store.close()));
    await this.harness.cleanUp();
  }
}
