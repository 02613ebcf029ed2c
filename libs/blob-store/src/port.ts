/** A stored object: `sha256:<64 hex digits>` of its bytes. */
export type BlobId = `sha256:${string}`;

/** A stream may use the memory of a chunk again as soon as the next one is requested. */
export type BlobSource = Uint8Array | string | AsyncIterable<Uint8Array>;

/** The blob store port: immutable objects, named by their content. Adapters: files and NATS object store. */
export interface BlobStore {
  /** Stores an object, once regardless of how often it is put. Durable when it returns. @throws BlobStoreUnavailable */
  put(source: BlobSource): Promise<{ id: BlobId; bytes: number }>;
  /** Streams an object; throws BlobCorrupt at its end when the bytes differ from the stored ones. @throws BlobNotFound · BlobStoreUnavailable */
  get(id: BlobId): AsyncIterable<Uint8Array>;
  has(id: BlobId): Promise<boolean>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

export class BlobNotFound extends Error {
  override readonly name = 'BlobNotFound';
  readonly code = 'BLOB_NOT_FOUND';
  constructor(
    readonly id: string,
    options?: ErrorOptions,
  ) {
    super(`${id} is not in the blob store`, options);
  }
}

export class BlobCorrupt extends Error {
  override readonly name = 'BlobCorrupt';
  readonly code = 'BLOB_CORRUPT';
  constructor(
    readonly id: string,
    options?: ErrorOptions,
  ) {
    super(`${id} is damaged: the hash of its bytes differs`, options);
  }
}

export class BlobStoreUnavailable extends Error {
  override readonly name = 'BlobStoreUnavailable';
  readonly code = 'BLOB_STORE_UNAVAILABLE';
}
