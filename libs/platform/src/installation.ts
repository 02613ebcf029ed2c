import { LogReplaced, type History, type LogMark, type Observation } from '@tidemark/event-store';
import { isLabelled, Loop, type Json, type Labelled, type Stoppable } from '@tidemark/foundation';
import { variables, type Adapters, type PortName } from './ports.js';

/** What a store carries: whose it is, and what one of the installation's processes last saw of the log. */
interface Label {
  readonly installation: string;
  readonly log?: LogMark;
}

const LABELLED = ['readModel', 'broker', 'blobs', 'records', 'vault'] as const;
/** Stores that nothing in the log is derived from, and that follow nothing in it. */
const WITHOUT_LOG: readonly PortName[] = ['blobs', 'records', 'vault'];
const LOOK_MS = 1_000;
const OUTAGES: ReadonlySet<unknown> = new Set([
  'EVENT_STORE_UNAVAILABLE',
  'OUTCOME_UNKNOWN',
  'READ_MODEL_UNAVAILABLE',
  'BLOB_STORE_UNAVAILABLE',
  'RECORD_STORE_UNAVAILABLE',
  'VAULT_UNAVAILABLE',
  'BROKER_UNAVAILABLE',
]);

export interface InstallationOptions {
  readonly onError: (error: Error) => void;
  /** The log was replaced, or a store turned out to be another installation's: this process must start again. */
  readonly onChange: (reason: Error) => void;
}

/**
 * Sees to it that all stores of a process are of one installation, and that the log is the one that this installation has
 * read: at the start, and every second while it runs. A store that cannot be reached is looked at when it is back.
 */
export class Installation implements Stoppable {
  readonly #history: History | undefined;
  readonly #stores: readonly (readonly [PortName, Labelled])[];
  /** Stores whose labels were read, and what this process has written to them. */
  readonly #known = new Map<PortName, string>();
  readonly #loop: Loop;
  #id: string | undefined;

  constructor(adapters: Partial<Adapters>, options: InstallationOptions) {
    this.#history = adapters.eventStore?.history;
    this.#stores = LABELLED.flatMap((port) => {
      const store = adapters[port];
      return isLabelled(store) ? [[port, store] as const] : [];
    });
    this.#loop = new Loop({
      everyMs: LOOK_MS,
      tick: () =>
        this.#look().catch((error: Error) => {
          if (isOutage(error)) throw error;
          options.onChange(error);
        }),
      // An outage is reported by those whom it keeps from working.
      onError: (error) => isOutage(error) || options.onError(error),
    });
  }

  /** @throws Error of one line that names the setting, when a store is another installation's */
  async join(): Promise<void> {
    try {
      await this.#meet();
      await this.#sign();
    } catch (error) {
      if (!isOutage(error)) throw error;
    }
    this.#loop.start();
  }

  /** Leaves word of what this process has seen of the log. */
  async stop(): Promise<void> {
    await this.#loop.stop();
    await this.#look().catch(() => {});
  }

  async #look(): Promise<void> {
    const found = [await this.#meet(), await this.#history?.observe()];
    if (found.includes('replaced')) {
      await this.#sign();
      throw new LogReplaced('the event store was restored from an older copy');
    }
    await this.#sign();
  }

  /** Reads the labels that were not read yet. */
  async #meet(): Promise<Observation | undefined> {
    const labels: [PortName, Label | undefined][] = [];
    for (const [port, store] of this.#stores) {
      if (this.#known.has(port)) continue;
      const label = await store.label().catch((error: unknown) => {
        if (!isOutage(error)) throw error;
        return null;
      });
      if (label !== null) labels.push([port, label as unknown as Label | undefined]);
    }
    const [first] = labels.flatMap(([, label]) => label?.installation ?? []);
    this.#id ??= await (this.#history ? this.#history.installation(first) : first);
    if (this.#id === undefined) return; // of stores that nothing was written to yet
    let observed: Observation | undefined = 'same';
    for (const [port, label] of labels) {
      if (label && label.installation !== this.#id) throw this.#other(port, label);
      if (label?.log && (await this.#history?.compare(label.log)) === 'replaced') observed = 'replaced';
      this.#known.set(port, label ? JSON.stringify(label) : '');
    }
    return observed;
  }

  /** Writes the labels that are not up to date. */
  async #sign(): Promise<void> {
    if (this.#id === undefined) return;
    const installation = this.#id;
    const log = await this.#history?.mark();
    for (const [port, store] of this.#stores) {
      const before = this.#known.get(port);
      // Only who reads the log knows it; the others must not take away what those have written.
      if (before === undefined || (before !== '' && !log)) continue;
      const label: Label = !WITHOUT_LOG.includes(port) && log ? { installation, log } : { installation };
      const text = JSON.stringify(label);
      if (text === before) continue;
      await store.setLabel(label as unknown as Json);
      this.#known.set(port, text);
    }
  }

  #other(port: PortName, { installation }: Label): Error {
    const own = this.#history ? `the event store is of installation ${this.#id}` : `the others are of ${this.#id}`;
    return new Error(
      `${variables[port]}: this store is of installation ${installation}, and ${own}: ` +
        `name the stores of one installation, or set TIDEMARK_NAMESPACE so that each has its own`,
    );
  }
}

function isOutage(error: unknown): boolean {
  return !(error instanceof LogReplaced) && OUTAGES.has((error as { readonly code?: unknown }).code);
}
