import { createHash } from 'node:crypto';
import type { JsonObject } from '@tidemark/foundation';
import type { Connection } from '@tidemark/mongo';
import type { Collection, Filter } from 'mongodb';
import { describeRefused } from '../content.js';
import { parsePosition, toPosition } from '../cursor.js';
import type {
  Decision,
  FailedRow,
  FailedRowFilter,
  FailedRowPage,
  FailedRowQuery,
  FailedRows,
  RowKey,
  TriedRows,
} from '../failed-rows.js';
import type { Scope } from '../scope.js';

/** A row as a document; one that has arrived is kept, closed, while a decision about it holds. */
interface Document {
  readonly _id: string;
  readonly tenant: string;
  readonly connection: string;
  readonly id: string;
  readonly destination: string;
  readonly object: string;
  /** JSON, as are the data and what a decision sets: their keys may be any text. */
  readonly key: string;
  readonly keyText: string;
  readonly isOpen: boolean;
  readonly since: number;
  readonly tries: number;
  readonly triedAt: number;
  readonly job: string;
  readonly code: string;
  readonly message: string;
  readonly pattern: string;
  readonly field: string | null;
  readonly data: string;
  readonly action: 'delete' | null;
  readonly hash: string;
  readonly decision: (Omit<Decision, 'set'> & { readonly set: string }) | null;
}

/** Failed rows as documents of one collection. One job of a connection at a time writes them; anyone decides. */
export class MongoFailedRows implements FailedRows {
  #indexed: Promise<unknown> | undefined;

  constructor(private readonly connection: Connection) {}

  async record({ jobId: job, at, refused, settled, changed = [], ...scope }: TriedRows): Promise<void> {
    const of = (ids: readonly string[]) => ({ _id: { $in: ids.map((id) => documentId(scope, id)) } });
    if (changed.length > 0) await this.#run((rows) => rows.updateMany(of(changed), { $set: { decision: null } }));
    if (settled.length > 0) await this.#close(of(settled));
    if (refused.length === 0) return;
    // Of a row that a batch has twice, the last state counts.
    const described = new Map(refused.map((row) => [describeRefused(row).id, row]));
    const known = await this.#run((rows) => rows.find(of([...described.keys()])).toArray());
    const byId = new Map(known.map((document) => [document.id, document]));
    const operations = [...described.values()].map((row) => {
      const { id, ...more } = describeRefused(row);
      const { destination, object, key, code, message, field = null, data, action = null } = row;
      const before = byId.get(id);
      const open = before?.isOpen ? before : undefined;
      const tries = open ? open.tries + (open.job === job ? 0 : 1) : 1;
      const { tenant, connectionId: connection } = scope;
      const $set = {
        ...{ tenant, connection, id, ...more, destination, object, key: JSON.stringify(key), code, message, field },
        ...{ data: JSON.stringify(data), action, isOpen: true, since: open?.since ?? at, tries, triedAt: at, job },
      };
      const update = before ? { $set } : { $set, $setOnInsert: { decision: null } };
      return { updateOne: { filter: { _id: documentId(scope, id) }, update, upsert: true } };
    });
    await this.#run((rows) => rows.bulkWrite(operations, { ordered: false }));
  }

  async list(scope: Scope, { after, skip = 0, limit, ...given }: FailedRowQuery): Promise<FailedRowPage> {
    const filter = filterOf(scope, given);
    const [since, id] = after === undefined ? [-1, ''] : parsePosition(after);
    const behind = { $or: [{ since: { $gt: since } }, { since, id: { $gt: id } }] };
    const total = await this.#run((rows) => rows.countDocuments(filter));
    const found = await this.#run((rows) =>
      rows
        .find({ ...filter, ...behind })
        .sort({ since: 1, id: 1 })
        .skip(skip)
        .limit(limit + 1)
        .toArray(),
    );
    const rows = found.slice(0, limit).map(rowOf);
    const last = rows.at(-1);
    return { rows, total, next: found.length > limit && last ? toPosition(last.since, last.id) : null };
  }

  async decide(scope: Scope, id: string, decision: Decision): Promise<FailedRow | undefined> {
    const stored = { ...decision, set: JSON.stringify(decision.set) };
    const isOpen = decision.set !== null;
    const found = await this.#run((rows) =>
      rows.findOneAndUpdate(
        { _id: documentId(scope, id), isOpen: true },
        { $set: { decision: stored, isOpen } },
        { returnDocument: 'after' },
      ),
    );
    return found ? rowOf(found) : undefined;
  }

  async decisions({ tenant, connectionId: connection }: Scope): Promise<ReadonlyMap<string, Decision>> {
    const found = await this.#run((rows) => rows.find({ tenant, connection, decision: { $ne: null } }).toArray());
    return new Map(found.map(({ id, decision }) => [id, decisionOf(decision!)]));
  }

  async settleUntried(scope: Scope, jobId: string, filter: FailedRowFilter): Promise<void> {
    await this.#close({ ...filterOf(scope, filter), job: { $ne: jobId } });
  }

  async keepDestinations({ tenant, connectionId: connection }: Scope, names: readonly string[]): Promise<void> {
    await this.#run((rows) => rows.deleteMany({ tenant, connection, destination: { $nin: [...names] } }));
  }

  async remove({ tenant, connectionId: connection }: Scope): Promise<void> {
    await this.#run((rows) => rows.deleteMany({ tenant, connection }));
  }

  async #close(filter: Filter<Document>): Promise<void> {
    await this.#run((rows) => rows.deleteMany({ ...filter, decision: null }));
    await this.#run((rows) => rows.updateMany(filter, { $set: { isOpen: false } }));
  }

  #run<T>(work: (rows: Collection<Document>) => Promise<T>): Promise<T> {
    return this.connection.run(async (db) => {
      const rows = db.collection<Document>('failed_rows');
      this.#indexed ??= rows
        .createIndex({ tenant: 1, connection: 1, isOpen: 1, since: 1, id: 1 })
        .catch((error: unknown) => {
          this.#indexed = undefined;
          throw error;
        });
      await this.#indexed;
      return work(rows);
    });
  }
}

const documentId = ({ tenant, connectionId }: Scope, id: string) =>
  createHash('sha256')
    .update(JSON.stringify([tenant, connectionId, id]))
    .digest('base64url');

function filterOf({ tenant, connectionId: connection }: Scope, { ids, ...equal }: FailedRowFilter): Filter<Document> {
  const given = Object.fromEntries(Object.entries(equal).filter(([, value]) => value !== undefined));
  return { tenant, connection, isOpen: true, ...given, ...(ids && { id: { $in: [...ids] } }) };
}

const decisionOf = ({ set, ...decision }: NonNullable<Document['decision']>): Decision => ({
  ...decision,
  set: JSON.parse(set) as JsonObject | null,
});

function rowOf(document: Document): FailedRow {
  const { id, destination, object, code, message, pattern, since, tries, triedAt, job: jobId } = document;
  return {
    ...{ id, destination, object, key: JSON.parse(document.key) as RowKey, code, message, pattern },
    ...(document.field !== null && { field: document.field }),
    data: JSON.parse(document.data) as JsonObject,
    ...(document.action && { action: document.action }),
    ...{ since, tries, triedAt, jobId },
    ...(document.decision && { decision: decisionOf(document.decision) }),
  };
}
