import type { Socket } from 'node:net';
import {
  connect,
  DebugEvents,
  DiscardPolicy,
  ErrorCode,
  Events,
  NatsError,
  StorageType,
  type ConnectionOptions,
  type JetStreamClient,
  type JetStreamManager,
  type NatsConnection,
} from 'nats';
import { withTimeout } from '@tidemark/foundation';
import { BlobStoreUnavailable } from '../port.js';
import { chunkSubject, streamOf } from './object-format.js';

const CONNECT_MS = 2_000;
/** How long a request waits for its response, and a call for a lost connection to return. */
const ANSWER_MS = 5_000;
const RETURN_MS = 2_000;
const STREAM_NOT_FOUND = 10059;
const ALREADY_EXISTS = 10058;

/** How the bucket is created when it is missing. */
export interface BucketSettings {
  readonly replicas?: number;
  readonly storage?: 'file' | 'memory';
}

type Direct = Pick<JetStreamManager['streams'], 'getMessage'>;

/** The bucket, reached through a live connection. */
export interface Session {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  /** Reads from any replica. */
  readonly direct: Direct;
  /** The largest message the server accepts, in bytes. */
  readonly maxPayload: number;
}

/** Connects with the first call, creates the bucket if necessary, and translates errors into the port's terms. */
export class Connection {
  #opening: Promise<Session> | undefined;
  #nc: NatsConnection | undefined;
  #up: PromiseWithResolvers<void> = Promise.withResolvers();
  #closed = false;

  constructor(
    private readonly options: ConnectionOptions,
    private readonly bucket: string,
    private readonly created: BucketSettings,
  ) {}

  /** @throws BlobStoreUnavailable; a request that was sent may still be carried out */
  async run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    try {
      const session = await this.#session();
      await this.#connected();
      return await work(session);
    } catch (error) {
      throw this.#translated(error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => {});
    await this.#nc?.close();
  }

  #session(): Promise<Session> {
    if (this.#closed) throw new BlobStoreUnavailable('the blob store is closed');
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async #open(): Promise<Session> {
    const nc = await connect({
      timeout: CONNECT_MS,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 250,
      pingInterval: 5_000,
      noAsyncTraces: true,
      ...this.options,
    });
    this.#nc = nc;
    this.#up.resolve();
    void this.#follow(nc);
    try {
      const js = nc.jetstream({ timeout: ANSWER_MS });
      // `direct` is there, yet missing from the manager's type.
      const jsm = (await nc.jetstreamManager({ timeout: ANSWER_MS })) as JetStreamManager & { direct: Direct };
      await this.#ensureBucket(jsm);
      return { js, jsm, direct: jsm.direct, maxPayload: nc.info!.max_payload };
    } catch (error) {
      await nc.close();
      throw error;
    }
  }

  /** An existing bucket is used as it is, with any replicas and limits. */
  async #ensureBucket(jsm: JetStreamManager): Promise<void> {
    const { replicas = 1, storage = 'file' } = this.created;
    try {
      await jsm.streams.info(streamOf(this.bucket));
    } catch (error) {
      if ((error as NatsError).api_error?.err_code !== STREAM_NOT_FOUND) throw error;
      const subjects = [chunkSubject(this.bucket, '>'), `$O.${this.bucket}.M.>`];
      await jsm.streams
        .add({
          ...{ name: streamOf(this.bucket), subjects, num_replicas: replicas },
          ...{ storage: storage === 'memory' ? StorageType.Memory : StorageType.File, discard: DiscardPolicy.New },
          ...{ allow_direct: true, allow_rollup_hdrs: true },
        })
        .catch((failure: NatsError) => {
          if (failure.api_error?.err_code !== ALREADY_EXISTS) throw failure;
        });
    }
  }

  /** A client that has given up permanently (its credentials were revoked) is replaced by the next call. */
  async #follow(nc: NatsConnection): Promise<void> {
    for await (const { type } of nc.status()) {
      if (type === Events.Disconnect) this.#up = Promise.withResolvers();
      if (type === Events.Reconnect) this.#up.resolve();
      if (type === DebugEvents.StaleConnection) dropSocket(nc);
    }
    if (this.#nc === nc) this.#opening = undefined;
  }

  /** While the connection is down the client drops published messages: wait for it, though not for long. */
  async #connected(): Promise<void> {
    await withTimeout(this.#up.promise, RETURN_MS, () => {
      throw new BlobStoreUnavailable(`NATS cannot be reached: no connection for ${RETURN_MS} ms`);
    });
  }

  #translated(error: unknown): unknown {
    // nats.js throws its own class and plain system errors; a program error is neither.
    if (!(error instanceof NatsError) && (error as NodeJS.ErrnoException).syscall === undefined) return error;
    const { api_error: refusal, code } = error as NatsError;
    // A server that lost its bucket gets a new one with the next call.
    if (refusal?.err_code === STREAM_NOT_FOUND || code === ErrorCode.NoResponders) {
      this.#opening = undefined;
      void this.#nc?.close();
    }
    const text = refusal
      ? `NATS refuses: ${refusal.description} (bucket ${this.bucket})`
      : `NATS cannot be reached: ${(error as Error).message}`;
    return new BlobStoreUnavailable(text, { cause: error });
  }
}

/** The client flushes a silent connection before it leaves it, and waits for ever when the system's buffers are full. */
function dropSocket(nc: NatsConnection): void {
  (nc as unknown as { protocol: { transport: { socket?: Socket } } }).protocol.transport.socket?.destroy();
}

/** `nats://[user:password@]host:port`, several separated by commas. @throws TypeError, without the URL */
export function connectionOptions(url: string): ConnectionOptions {
  const parsed = url.split(',').map((part) => URL.parse(part.trim()));
  const servers = parsed.map((one) => {
    if (!one || !['nats:', 'tls:'].includes(one.protocol) || one.hostname === '') {
      throw new TypeError('blob store URL: expected nats://host:port');
    }
    return `${one.protocol}//${one.host}`;
  });
  const { username = '', password = '' } = parsed[0] ?? {};
  if (username === '') return { servers };
  if (password === '') return { servers, token: decodeURIComponent(username) };
  return { servers, user: decodeURIComponent(username), pass: decodeURIComponent(password) };
}
