import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { BlobStore } from '@tidemark/blob-store';
import { connectors } from '@tidemark/connectors';
import type {
  CommandContext,
  ConnectionView,
  PushedRecordResult,
  PushedRecords,
  PushTaken,
  RecordDigest,
} from '@tidemark/contracts';
import { isJsonObject } from '@tidemark/foundation';
import { canonicalJson } from '@tidemark/foundation/json';
import { CommandClient } from '../../edge/command-client.js';
import { Ports } from '../../edge/ports.js';
import { parseId } from '../../edge/validation/parse-id.js';
import { Connections } from '../connections/connections.js';
import { recordOf, type GoodRecord } from './pushed-record.js';

/** A record may become known while it is sent; then the others are sent again. */
const TRIES = 10;

interface Item {
  /** In the request; of several records of one object and id the last counts. */
  readonly at: number;
  readonly record: GoodRecord;
  readonly digest: RecordDigest;
}

/** Takes the objects that programs of a tenant push, as if a connection's source had been asked for them. */
@Injectable()
export class Ingest {
  readonly #commands: CommandClient;
  readonly #connections: Connections;
  readonly #blobs: BlobStore;

  constructor(commands: CommandClient, connections: Connections, { blobs }: Ports) {
    this.#commands = commands;
    this.#connections = connections;
    this.#blobs = blobs;
  }

  /**
   * Resolves when the records are durable; their job follows.
   * @param deliveryId the same id is the same push
   * @throws TidemarkError NOT_FOUND · CONFLICT · QUEUE_FULL
   */
  async take(
    context: CommandContext,
    id: string,
    records: readonly unknown[],
    deliveryId?: string,
  ): Promise<PushedRecords> {
    const connectionId = parseId(id);
    const objects = objectsOf(await this.#connections.get(context, connectionId));
    const results = records.map((record) => recordOf(record, objects));
    const items = new Map<string, Item>();
    for (const [at, result] of results.entries())
      if ('record' in result)
        items.set(JSON.stringify([result.record.objectType, result.record.externalId]), itemOf(at, result.record));
    const { waits, known } = await this.#push(context, connectionId, [...items.values()], deliveryId);
    const status = waits ? 'pendingEnrichment' : 'stored';
    const data = results.map((result): PushedRecordResult => {
      if (!('record' in result))
        return { ...result.named, status: 'refused', code: result.code, message: result.message };
      const { objectType: object, externalId } = result.record;
      const { key } = items.get(JSON.stringify([object, externalId]))!.digest;
      return { object, externalId, status: known.has(key) ? 'unchanged' : status };
    });
    return { status, data };
  }

  async #push(context: CommandContext, connectionId: string, items: readonly Item[], deliveryId: string | undefined) {
    const known = new Set<string>();
    let waits = false;
    for (let tries = 0; tries < TRIES; tries++) {
      const left = items.filter(({ digest }) => !known.has(digest.key));
      if (left.length === 0) break;
      const push = {
        connectionId,
        objects: await this.#stored(left),
        records: left.map(({ digest }) => digest),
        ...(deliveryId !== undefined && { deliveryId }),
      };
      const taken = await this.#commands.ask<PushTaken>('job-coordinator', 'push', context, push);
      waits = taken.waits;
      if (!taken.known) break;
      for (const key of taken.known) known.add(key);
    }
    return { waits, known };
  }

  /** One blob for each object, of a line for each record. */
  async #stored(items: readonly Item[]) {
    const byObject = Map.groupBy(items, ({ record }) => record.objectType);
    return Promise.all(
      [...byObject].map(async ([object, own]) => {
        const { id } = await this.#blobs.put(own.map(({ record }) => JSON.stringify(record)).join('\n'));
        return { object, records: id };
      }),
    );
  }
}

const itemOf = (at: number, record: GoodRecord): Item => ({
  ...{ at, record },
  digest: {
    key: shortHash(JSON.stringify([record.objectType, record.externalId])),
    hash: shortHash(canonicalJson({ data: record.data, deleted: record.deleted ?? false })),
  },
});

/** 72 bits. */
const shortHash = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 12);

/** Names of what the connection reads; undefined where only the source itself knows. */
function objectsOf({ source }: ConnectionView): ReadonlySet<string> | undefined {
  if (source.objects) return new Set(source.objects);
  const offered = connectors.get(source.connector)?.manifest.source?.objects;
  return Array.isArray(offered) ? new Set(offered.map(({ name }) => name)) : undefined;
}

/** Messages hold one record or a list of them. */
export const recordsIn = (data: unknown): readonly unknown[] =>
  isJsonObject(data) && Array.isArray(data['records']) ? data['records'] : [data];
