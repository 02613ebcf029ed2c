import { createHash, randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '@tidemark/foundation';
import { Connection, databaseIn, DUPLICATE_KEY, Labels } from '@tidemark/mongo';
import { MongoServerError, type Collection, type Db, type Filter } from 'mongodb';
import { contentHash, isStale, lastUpdate, resultOf, seenBy } from '../content.js';
import { parseCursor, START, toCursor } from '../cursor.js';
import {
  RecordStoreUnavailable,
  type IncomingRecord,
  type RecordBatch,
  type RecordPage,
  type RecordQuery,
  type RecordResult,
  type RecordStore,
  type StoredRecord,
  type Unseen,
} from '../port.js';
import type { Scope } from '../scope.js';
import { MongoFailedRows } from './mongo-failed-rows.js';
import { Scopes } from './scopes.js';
import { ofConnection, Sequences } from './sequences.js';

/** A record as a document. `sequence` and `order` place its last change among those of its connection. */
interface Document {
  readonly _id: string;
  readonly tenant: string;
  readonly connection: string;
  readonly object: string;
  readonly externalId: string;
  /** JSON: keys of records may be any text, keys of documents may not. */
  readonly data: string;
  readonly hash: string;
  readonly deleted: boolean;
  readonly updatedAt: string | null;
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly changedAt: number;
  readonly sequence: number;
  readonly order: number;
  readonly job: string;
  readonly batch: string;
  readonly result: RecordResult;
}

/** A batch is written again for the records that another writer has changed meanwhile. */
const MAX_ROUNDS = 8;

/** Records as documents of one collection, written by any number of processes. */
export class MongoRecordStore implements RecordStore {
  readonly failedRows: MongoFailedRows;
  readonly #connection: Connection;
  readonly #sequences: Sequences;
  readonly #scopes: Scopes;
  readonly #labels: Labels;
  #indexed: Promise<unknown> | undefined;

  /** @throws TypeError when the URL cannot be parsed */
  constructor(url: string, options: { readonly namespace?: string } = {}) {
    const database = options.namespace ?? databaseIn(url) ?? 'tidemark';
    this.#connection = new Connection(url, database, (message, given) => new RecordStoreUnavailable(message, given));
    this.#sequences = new Sequences(this.#connection);
    this.failedRows = new MongoFailedRows(this.#connection);
    this.#scopes = new Scopes(this.#connection);
    this.#labels = new Labels(this.#connection, 'records');
  }

  async write(batch: RecordBatch): Promise<readonly RecordResult[]> {
    const results = new Map<string, RecordResult>();
    let left = batch.records;
    for (let round = 0; left.length > 0; round++) {
      if (round === MAX_ROUNDS) throw new RecordStoreUnavailable('other writers change the same records all the time');
      left = await this.#writeOnce(batch, left, results);
    }
    return batch.records.map(({ externalId }) => results.get(externalId)!);
  }

  async listUnseen({
    tenant,
    connectionId,
    object,
    jobId,
    after = '',
    limit,
  }: Parameters<RecordStore['listUnseen']>[0]) {
    const unseen = { tenant, connection: connectionId, object, externalId: { $gt: after }, deleted: false };
    const found = await this.#run((records) =>
      records
        .find({ ...unseen, job: unseenBy(jobId) })
        .sort({ externalId: 1 })
        .limit(limit)
        .toArray(),
    );
    return found.map(storedOf);
  }

  async countUnseen({ tenant, connectionId, object, jobId }: Unseen) {
    const all = { tenant, connection: connectionId, object, deleted: false };
    return this.#run(async (records) => ({
      total: await records.countDocuments(all),
      unseen: await records.countDocuments({ ...all, job: unseenBy(jobId) }),
    }));
  }

  async areOlder(batch: RecordBatch): Promise<readonly boolean[]> {
    const ids = batch.records.map(({ externalId }) => idOf(batch, batch.object, externalId));
    const known = await this.#documents(ids);
    return batch.records.map((record, at) => {
      const before = known.get(ids[at]!);
      return before !== undefined && isStale(record, before, batch);
    });
  }

  async get(scope: Scope, object: string, externalId: string): Promise<StoredRecord | undefined> {
    const found = await this.#run((records) => records.findOne({ _id: idOf(scope, object, externalId) }));
    return found ? storedOf(found) : undefined;
  }

  async list(scope: Scope, query: RecordQuery): Promise<RecordPage> {
    const { object, changedSince, deleted, cursor, limit } = query;
    const { generation } = await this.#scopes.get(scope);
    const from = cursor === undefined ? START : parseCursor(cursor, generation);
    // Changes become visible in their order: what is being written waits, with all that came after it.
    const before = await this.#sequences.firstUnfinished(scope);
    const filter: Filter<Document> = {
      tenant: scope.tenant,
      connection: scope.connectionId,
      ...(object !== undefined && { object }),
      ...(changedSince !== undefined && { changedAt: { $gte: changedSince } }),
      ...(deleted !== undefined && { deleted }),
      sequence: { $gte: from.sequence, ...(before !== undefined && { $lt: before }) },
      $or: [{ sequence: { $gt: from.sequence } }, { order: { $gt: from.order } }],
    };
    const rows = await this.#run((records) =>
      records
        .find(filter)
        .sort({ sequence: 1, order: 1 })
        .limit(limit + 1)
        .toArray(),
    );
    const records = rows.slice(0, limit);
    const last = records.at(-1);
    const end = toCursor(last ?? from, generation);
    return { records: records.map(storedOf), next: rows.length > limit ? end : null, end };
  }

  async remove(scope: Scope): Promise<void> {
    for (const filter of ofConnection(scope)) await this.#run((records) => records.deleteMany(filter));
    await this.#sequences.remove(scope);
    await this.failedRows.remove(scope);
    await this.#scopes.remove(scope);
  }

  async mark(scope: Scope, jobId: string): Promise<void> {
    const { marks } = await this.#scopes.get(scope);
    if (marks[0] !== jobId) await this.#scopes.change(scope, { marks: [jobId, ...marks.slice(0, 1)] });
  }

  async marks(scope: Scope): Promise<readonly string[]> {
    return (await this.#scopes.get(scope)).marks;
  }

  async invalidateCursors(scope: Scope): Promise<void> {
    await this.#scopes.change(scope, { generation: randomUUID() });
  }

  label(): Promise<Json | undefined> {
    return this.#labels.get();
  }

  setLabel(label: Json): Promise<void> {
    return this.#labels.set(label);
  }

  async ping(): Promise<void> {
    await this.#connection.run((db) => db.command({ ping: 1 }));
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** Adds the results of what it wrote; resolves with the records that another writer has changed meanwhile. */
  async #writeOnce(
    batch: RecordBatch,
    incoming: readonly IncomingRecord[],
    results: Map<string, RecordResult>,
  ): Promise<readonly IncomingRecord[]> {
    const { id, object, at } = batch;
    const ids = incoming.map(({ externalId }) => idOf(batch, object, externalId));
    const known = await this.#documents(ids);
    const changes: Document[] = [];
    /** Unchanged records, by what changes about them all the same. */
    const seen = new Map<string, { readonly ids: string[]; readonly change: Partial<Document> }>();
    for (const [index, record] of incoming.entries()) {
      const before = known.get(ids[index]!);
      const hash = record.deleted ? (before?.hash ?? '') : contentHash(record.data);
      const result = resultOf(record, hash, before, batch);
      results.set(record.externalId, result);
      if (before?.batch === id) continue;
      if (result !== 'skipped')
        changes.push(documentOf(batch, record, { before, hash, result, _id: ids[index]!, order: index }));
      else if (before) {
        const job = seenBy(batch, before);
        const updatedAt = lastUpdate(record, before);
        const isLater = updatedAt !== before.updatedAt;
        // Those that were updated without a change have a time each.
        const alike = isLater ? `${job} ${before._id}` : job;
        const set = seen.get(alike) ?? { ids: [], change: { job, ...(isLater && { updatedAt }) } };
        seen.set(alike, set);
        set.ids.push(before._id);
      }
    }
    const updates = Array.from(seen.values(), ({ ids, change }) => ({
      updateMany: {
        filter: { _id: { $in: ids } },
        update: { $set: { ...change, lastSeenAt: at, batch: id, result: 'skipped' as const } },
      },
    }));
    if (updates.length > 0) await this.#run((records) => records.bulkWrite(updates, { ordered: false }));
    if (changes.length === 0) return [];
    await this.#sequences.with(batch, (sequence) => this.#put(changes, known, sequence));
    // A server may look for a document and write it in two steps: only what is stored now says who was last.
    const now = await this.#documents(changes.map(({ _id }) => _id));
    const lost = new Set(changes.filter(({ _id }) => now.get(_id)?.batch !== id).map(({ externalId }) => externalId));
    return incoming.filter(({ externalId }) => lost.has(externalId));
  }

  async #put(changes: readonly Document[], known: ReadonlyMap<string, Document>, sequence: number): Promise<void> {
    const operations = changes.map((change) => {
      const replacement = { ...change, sequence };
      const { _id, batch } = change;
      const before = known.get(_id);
      // Its own batch: it is written again, under another number.
      const filter = before ? { _id, batch: { $in: [before.batch, batch] } } : { _id, batch };
      return { replaceOne: { filter, replacement, upsert: before === undefined } };
    });
    await this.#run((records) => records.bulkWrite(operations, { ordered: false })).catch((error: unknown) => {
      // Another writer has inserted it.
      if (!(error instanceof MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
    });
  }

  async #documents(ids: readonly string[]): Promise<ReadonlyMap<string, Document>> {
    const found = await this.#run((records) => records.find({ _id: { $in: [...ids] } }).toArray());
    return new Map(found.map((document) => [document._id, document]));
  }

  async #run<T>(work: (records: Collection<Document>) => Promise<T>): Promise<T> {
    return this.#connection.run(async (db) => {
      this.#indexed ??= createIndexes(db).catch((error: unknown) => {
        this.#indexed = undefined;
        throw error;
      });
      await this.#indexed;
      return work(recordsOf(db));
    });
  }
}

const recordsOf = (db: Db) => db.collection<Document>('records');

/** One by one: FerretDB refuses a list of which some exist. */
async function createIndexes(db: Db): Promise<void> {
  await recordsOf(db).createIndex({ tenant: 1, connection: 1, sequence: 1, order: 1 });
  await recordsOf(db).createIndex({ tenant: 1, connection: 1, object: 1, deleted: 1, job: 1 });
}

const idOf = ({ tenant, connectionId }: Scope, object: string, externalId: string) =>
  createHash('sha256')
    .update(JSON.stringify([tenant, connectionId, object, externalId]))
    .digest('base64url');

/** Neither the job nor one beside it: `job` and `job+beside` lie below `job,`. */
const unseenBy = (jobId: string) => ({ $not: { $gte: jobId, $lt: `${jobId},` } });

interface Change extends Pick<Document, '_id' | 'hash' | 'result' | 'order'> {
  readonly before: Document | undefined;
}

function documentOf(
  given: RecordBatch,
  { externalId, data, deleted = false, updatedAt }: IncomingRecord,
  { before, ...change }: Change,
): Document {
  const { tenant, connectionId: connection, object, id: batch, at } = given;
  const content =
    deleted && before
      ? { data: before.data, updatedAt: before.updatedAt }
      : { data: JSON.stringify(data), updatedAt: updatedAt ?? null };
  return {
    ...change,
    ...{ tenant, connection, object, externalId, deleted, batch, job: seenBy(given, before) },
    ...content,
    firstSeenAt: before?.firstSeenAt ?? at,
    lastSeenAt: deleted ? (before?.lastSeenAt ?? at) : at,
    changedAt: at,
    sequence: 0,
  };
}

function storedOf({ object, externalId, data, hash, deleted, updatedAt, ...times }: Document): StoredRecord {
  const { firstSeenAt, lastSeenAt, changedAt } = times;
  const parsed = JSON.parse(data) as JsonObject;
  const known = { object, externalId, data: parsed, hash, deleted, ...(updatedAt !== null && { updatedAt }) };
  return { ...known, firstSeenAt, lastSeenAt, changedAt };
}
