import { BoundedCache } from '@tidemark/foundation';
import { DUPLICATE_KEY, type Connection } from '@tidemark/mongo';
import { MongoServerError, type Collection, type Db } from 'mongodb';
import type { Scope } from '../scope.js';

/** A batch of changes that is being written, or the last one that was. */
interface Reservation {
  readonly _id: string;
  readonly tenant: string;
  readonly connection: string;
  readonly sequence: number;
  readonly isDone: boolean;
}

/** A batch that a reader has seen unfinished for this long is a dead writer's; readers wait no longer. */
const ABANDONED_MS = 60_000;
/** A writer that took longer than this writes its batch again, under a number that no reader can have passed. */
const LATE_MS = 30_000;

/**
 * Numbers the batches of a connection. A number is reserved by inserting a document under it, which succeeds for one writer
 * only; readers stop before the first number whose batch is not finished.
 */
export class Sequences {
  /** When a reader of this process saw an unfinished one first; clocks of writers say nothing here. */
  readonly #seen = new BoundedCache<{ readonly at: number }>(1_000);

  constructor(private readonly connection: Connection) {}

  /** Writes a batch under a number of its own; repeated when it took too long. */
  async with({ tenant, connectionId }: Scope, write: (sequence: number) => Promise<void>): Promise<void> {
    for (;;) {
      const began = performance.now();
      const sequence = await this.#reserve(tenant, connectionId);
      await write(sequence);
      const isLate = performance.now() - began > LATE_MS;
      await this.#finish(tenant, connectionId, sequence);
      if (!isLate) return;
    }
  }

  /** Undefined: everything is finished. */
  async firstUnfinished({ tenant, connectionId: connection }: Scope): Promise<number | undefined> {
    const filter = { tenant, connection, isDone: false };
    for (;;) {
      const [first] = await this.#run((all) => all.find(filter).sort({ sequence: 1 }).limit(1).toArray());
      if (!first) return undefined;
      const seen = this.#seen.get(first._id) ?? { at: performance.now() };
      this.#seen.set(first._id, seen);
      if (performance.now() - seen.at < ABANDONED_MS) return first.sequence;
      await this.#finish(tenant, connection, first.sequence);
    }
  }

  async remove(scope: Scope): Promise<void> {
    for (const filter of ofConnection(scope)) await this.#run((all) => all.deleteMany(filter));
  }

  async #reserve(tenant: string, connection: string): Promise<number> {
    for (;;) {
      const [last] = await this.#run((all) =>
        all.find({ tenant, connection }).sort({ sequence: -1 }).limit(1).toArray(),
      );
      const sequence = (last?.sequence ?? 0) + 1;
      const given = { tenant, connection, sequence, isDone: false };
      try {
        await this.#run((all) => all.insertOne({ _id: idOf(tenant, connection, sequence), ...given }));
        return sequence;
      } catch (error) {
        if (!(error instanceof MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
      }
    }
  }

  async #finish(tenant: string, connection: string, sequence: number): Promise<void> {
    const _id = idOf(tenant, connection, sequence);
    await this.#run((all) => all.updateOne({ _id }, { $set: { isDone: true } }));
    // The last one stays: the next number follows from it.
    await this.#run((all) => all.deleteMany({ tenant, connection, isDone: true, sequence: { $lt: sequence } }));
  }

  #run<T>(work: (all: Collection<Reservation>) => Promise<T>): Promise<T> {
    return this.connection.run((db: Db) => work(db.collection<Reservation>('record_batches')));
  }
}

/** Filters for everything of a connection: its own, and what it keeps for its destinations as `<connection>/<name>`. */
export const ofConnection = ({ tenant, connectionId }: Scope) =>
  [
    { tenant, connection: connectionId },
    { tenant, connection: { $gt: `${connectionId}/`, $lt: `${connectionId}0` } },
  ] as const;

const idOf = (tenant: string, connection: string, sequence: number) => JSON.stringify([tenant, connection, sequence]);
