import type { EventStore } from '../port.js';

/** What an adapter's spec hands to the suite: a store of its own that can be closed, opened again and disturbed. */
export interface EventStoreHarness {
  /** Opens the store on the same data each time. */
  open(): Promise<EventStore>;
  /** Makes writing impossible until `restore`: a locked file, a cut connection. */
  fail(): Promise<void> | void;
  restore(): Promise<void> | void;
  /** The connection to the server, where there is one. */
  readonly network?: {
    /** Resets the connection when it next carries an answer, instead of letting it through; resolves then. */
    loseAnswer(): Promise<unknown>;
    /** Requests arrive, answers stay away, until `restore`. */
    holdAnswers(): void;
    /** A second way to the same data that `fail` and `holdAnswers` do not disturb. */
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
