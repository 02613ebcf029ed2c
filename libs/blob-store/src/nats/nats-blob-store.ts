import { createHash } from 'node:crypto';
import { headers, JsHeaders, NatsError, nuid, type StoredMsg } from 'nats';
import type { Conditions, Json, Labelled } from '@tidemark/foundation';
import { blobId, blobIdOf, hexOf } from '../blob-id.js';
import { BlobCorrupt, BlobNotFound, type BlobId, type BlobSource, type BlobStore } from '../port.js';
import { opened } from '../source.js';
import { watchedWrite } from '../watched-write.js';
import { Connection, connectionOptions, type BucketSettings, type Session } from './connection.js';
import { chunkSubject, digestOf, infoSubject, LABEL, streamOf, type ObjectInfo } from './object-format.js';
import { resized } from './resized.js';

const DEFAULT_BUCKET = 'tidemark-blobs';
/** One chunk fits into one read of a socket (64 KB), which spares the client library from piecing it together. */
const CHUNK_BYTES = 60 * 1024;
/** Chunks in flight at once: 1 MB. */
const WINDOW = 16;
const WRONG_LAST_SEQUENCE = 10071;

interface Found {
  readonly info: ObjectInfo;
  readonly sequence: number;
}

/**
 * Objects in a JetStream object store bucket, named by their id. An object's chunks are stored first, under a subject of
 * their own; the message that names them comes last and makes it visible, so that a crash leaves a whole object or none.
 * Chunks are written and read a few at a time (the client library's own object store holds whole objects in memory).
 */
export class NatsBlobStore implements BlobStore, Labelled {
  readonly #connection: Connection;
  readonly #bucket: string;
  /** Objects that were found damaged: a put replaces them. */
  readonly #damaged = new Set<BlobId>();

  /**
   * @param url `nats://[user:password@]host:port`, several separated by commas
   * @throws TypeError when the URL cannot be parsed
   */
  constructor(
    url: string,
    private readonly options: { readonly namespace?: string; readonly conditions?: Conditions } & BucketSettings = {},
  ) {
    this.#bucket = options.namespace ?? DEFAULT_BUCKET;
    this.#connection = new Connection(connectionOptions(url), this.#bucket, options);
  }

  put(source: BlobSource): Promise<{ id: BlobId; bytes: number }> {
    return watchedWrite(this.options.conditions, async () => this.#put(await opened(source)));
  }

  async #put(content: Uint8Array | AsyncIterable<Uint8Array>): Promise<{ id: BlobId; bytes: number }> {
    if (!(content instanceof Uint8Array)) return this.#upload(content);
    const id = blobIdOf(content);
    const isStored = !this.#damaged.has(id) && (await this.has(id));
    return isStored ? { id, bytes: content.byteLength } : this.#upload([content]);
  }

  async *get(id: BlobId): AsyncIterable<Uint8Array> {
    hexOf(id);
    const found = await this.#connection.run((session) => this.#find(session, id));
    if (!found) throw new BlobNotFound(id);
    const subject = chunkSubject(this.#bucket, found.info.nuid);
    const hash = createHash('sha256');
    let sequence = 1;
    for (let left = found.info.size; left > 0;) {
      const chunk = await this.#connection.run((session) => this.#chunk(session, subject, sequence));
      if (!chunk) throw this.#corrupt(id);
      hash.update(chunk.data);
      yield chunk.data;
      left -= chunk.data.byteLength;
      sequence = chunk.seq + 1;
    }
    if (blobId(hash.digest('hex')) !== id) throw this.#corrupt(id);
  }

  #corrupt(id: BlobId): BlobCorrupt {
    this.#damaged.add(id);
    return new BlobCorrupt(id);
  }

  async has(id: BlobId): Promise<boolean> {
    hexOf(id);
    return (await this.#connection.run((session) => this.#find(session, id))) !== null;
  }

  async label(): Promise<Json | undefined> {
    const found = await this.#connection.run((session) => this.#latest(session, LABEL));
    return found?.info.description === undefined ? undefined : (JSON.parse(found.info.description) as Json);
  }

  async setLabel(label: Json): Promise<void> {
    const nothing = { nuid: nuid.next(), size: 0, chunks: 0, digest: digestOf(createHash('sha256').digest()) };
    const info: ObjectInfo = {
      ...{ name: LABEL, bucket: this.#bucket, ...nothing, description: JSON.stringify(label) },
      ...{ mtime: new Date().toISOString(), options: { max_chunk_size: CHUNK_BYTES } },
    };
    const replacing = headers();
    replacing.set(JsHeaders.RollupHdr, JsHeaders.RollupValueSubject);
    const subject = infoSubject(this.#bucket, LABEL);
    await this.#connection.run(({ js }) => js.publish(subject, JSON.stringify(info), { headers: replacing }));
  }

  async ping(): Promise<void> {
    await this.#connection.run(({ jsm }) => jsm.streams.info(streamOf(this.#bucket)));
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  #upload(content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<{ id: BlobId; bytes: number }> {
    return this.#connection.run(async (session) => {
      const object = nuid.next();
      const stored = await this.#storeChunks(session, object, content).catch(async (error: unknown) => {
        await this.#forget(session, object);
        throw error;
      });
      await this.#name(session, { ...stored, nuid: object });
      return { id: blobId(stored.hash.toString('hex')), bytes: stored.size };
    });
  }

  async #storeChunks(
    { js, maxPayload }: Session,
    object: string,
    content: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ): Promise<{ hash: Buffer; size: number; chunks: number }> {
    const hash = createHash('sha256');
    const onTheirWay: Promise<unknown>[] = [];
    let [size, chunks] = [0, 0];
    try {
      for await (const chunk of resized(content, Math.min(CHUNK_BYTES, maxPayload), WINDOW)) {
        hash.update(chunk);
        size += chunk.byteLength;
        chunks += 1;
        if (onTheirWay.length >= WINDOW) await onTheirWay.shift();
        const published = js.publish(chunkSubject(this.#bucket, object), chunk);
        published.catch(() => {}); // awaited later
        onTheirWay.push(published);
      }
      await Promise.all(onTheirWay);
    } finally {
      // The failed object is deleted next: nothing may arrive after that.
      await Promise.allSettled(onTheirWay);
    }
    return { hash: hash.digest(), size, chunks };
  }

  /** Makes the chunks visible under their hash, unless another put of the same object was faster. */
  async #name(session: Session, stored: { hash: Buffer; size: number; chunks: number; nuid: string }): Promise<void> {
    const { hash, ...parts } = stored;
    const id = blobId(hash.toString('hex'));
    const times = { digest: digestOf(hash), mtime: new Date().toISOString() };
    const info: ObjectInfo = {
      name: id,
      bucket: this.#bucket,
      ...parts,
      ...times,
      options: { max_chunk_size: CHUNK_BYTES },
    };
    if (await this.#publishInfo(session, id, info, 0)) return;
    const existing = await this.#latest(session, id);
    // An object that an operator deleted also has a last message, as has a damaged one: follow that one.
    const replaced = existing && (existing.info.deleted || this.#damaged.has(id));
    if (replaced && (await this.#publishInfo(session, id, info, existing.sequence))) {
      this.#damaged.delete(id);
      if (!existing.info.deleted) await this.#forget(session, existing.info.nuid);
      return;
    }
    await this.#forget(session, stored.nuid);
  }

  /**
   * False when the last message of the object is not the one expected. After any other failure the message may be there
   * or still arrive, so the chunks must stay.
   */
  async #publishInfo({ js }: Session, id: BlobId, info: ObjectInfo, last: number): Promise<boolean> {
    const expected = headers();
    expected.set('Nats-Expected-Last-Subject-Sequence', String(last));
    expected.set(JsHeaders.RollupHdr, JsHeaders.RollupValueSubject);
    try {
      await js.publish(infoSubject(this.#bucket, id), JSON.stringify(info), { headers: expected });
      return true;
    } catch (error) {
      if (error instanceof NatsError && error.api_error?.err_code === WRONG_LAST_SEQUENCE) return false;
      throw error;
    }
  }

  async #forget({ jsm }: Session, object: string): Promise<void> {
    const filter = chunkSubject(this.#bucket, object);
    await jsm.streams.purge(streamOf(this.#bucket), { filter }).catch(() => {});
  }

  async #find(session: Session, id: BlobId): Promise<Found | null> {
    const found = await this.#latest(session, id);
    return found?.info.deleted ? null : found;
  }

  async #latest({ jsm }: Session, id: BlobId | typeof LABEL): Promise<Found | null> {
    const query = { last_by_subj: infoSubject(this.#bucket, id) };
    const message = await orNull(jsm.streams.getMessage(streamOf(this.#bucket), query));
    return message && { info: message.json<ObjectInfo>(), sequence: message.seq };
  }

  /** The first chunk from the sequence on. A replica that lags may lack one that the leader has. */
  async #chunk({ direct, jsm }: Session, subject: string, sequence: number): Promise<StoredMsg | null> {
    const query = { seq: sequence, next_by_subj: subject };
    const stream = streamOf(this.#bucket);
    return (await orNull(direct.getMessage(stream, query))) ?? (await orNull(jsm.streams.getMessage(stream, query)));
  }
}

/** Null for 'no such message'; throws any other error. */
async function orNull(request: Promise<StoredMsg>): Promise<StoredMsg | null> {
  try {
    return await request;
  } catch (error) {
    const { code, message } = error as NatsError;
    if (code === '404' && /message/.test(message)) return null;
    throw error;
  }
}
