import { type Conditions } from '@tidemark/foundation';
import {
  DiscardPolicy,
  NatsError,
  nanos,
  RetentionPolicy,
  StorageType,
  type JetStreamClient,
  type JetStreamManager,
  type KV,
  type StreamConfig,
} from 'nats';
import { DEDUPE_MS } from '../policy.js';
import { matches, storageOf, type Storage } from '../subjects.js';
import type { Connection } from './connection.js';
import type { Namespace } from './wire.js';

/** How streams and buckets are created. What exists already stays as its operator made it. */
export interface StreamLimits {
  /** Copies in a cluster of servers. Default 1. */
  readonly replicas?: number;
  /** Default `file`. */
  readonly storage?: 'file' | 'memory';
  /** Milliseconds after which dead letters are deleted; 0 (default): never. */
  readonly maxAgeMs?: number;
  /** Bytes that each stream may hold; 0 (default): as many as the server allows. */
  readonly maxBytes?: number;
}

type Wanted = Partial<StreamConfig> & { readonly name: string; readonly subjects: string[] };

const STREAM_NOT_FOUND = 10059;
const ALREADY_EXISTS = 10058;
const WEEK_MS = 7 * 24 * 3_600_000;

/** The stream that stores a storage's messages. */
export function streamName(namespace: Namespace, storage: Storage): string {
  return `${namespace.name}_${storage.toUpperCase()}`;
}

export function streamOf(namespace: Namespace, subject: string): string {
  return streamName(namespace, storageOf(subject));
}

/**
 * The streams and the bucket of a namespace; any number of processes may create them at once.
 *
 * WORK is a work queue: a message stays until the one consumer of its subject has acknowledged it, also when that consumer
 * does not exist yet. DEAD letters stay until an operator acts; a full DEAD drops its oldest, because filing must not fail.
 */
export class Topology {
  #ensuring: Promise<void> | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly jsm: JetStreamManager,
    private readonly namespace: Namespace,
    private readonly limits: StreamLimits,
    private readonly conditions: Conditions | undefined,
  ) {}

  /** Creates streams that are missing, and adds missing subjects to those that exist. Calls at once share one attempt. */
  ensure(): Promise<void> {
    return (this.#ensuring ??= this.connection
      .whileUp(() => this.#ensureAll())
      .finally(() => (this.#ensuring = undefined)));
  }

  /** The bucket of the relays' checkpoints, created when it is missing. */
  bucket(js: JetStreamClient): Promise<KV> {
    const { replicas = 1 } = this.limits;
    return js.views.kv(`${this.namespace.name}_RELAY`, { replicas, storage: this.#storage });
  }

  get #storage(): StorageType {
    return this.limits.storage === 'memory' ? StorageType.Memory : StorageType.File;
  }

  async #ensureAll(): Promise<void> {
    const { name } = this.namespace;
    const { replicas = 1, maxAgeMs = 0, maxBytes = 0 } = this.limits;
    const common = {
      storage: this.#storage,
      num_replicas: replicas,
      duplicate_window: nanos(DEDUPE_MS),
      max_bytes: maxBytes || -1,
    };
    await this.#ensureStream({
      ...common,
      name: streamName(this.namespace, 'work'),
      subjects: [`${name}.work.>`, `${name}.ingest.>`],
      retention: RetentionPolicy.Workqueue,
      discard: DiscardPolicy.New,
    });
    await this.#ensureStream({
      ...common,
      name: streamName(this.namespace, 'dead'),
      subjects: [`${name}.dead.>`],
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_age: nanos(maxAgeMs && Math.max(maxAgeMs, DEDUPE_MS)),
    });
    await this.#emptyEvents();
  }

  async #ensureStream(wanted: Wanted): Promise<void> {
    const existing = (await this.#configOf(wanted.name)) ?? (await this.#create(wanted));
    if (!existing) return;
    const missing = wanted.subjects.filter((subject) => !existing.subjects.some((has) => matches(has, subject)));
    if (missing.length > 0)
      await this.jsm.streams.update(wanted.name, { ...existing, subjects: [...existing.subjects, ...missing] });
    this.#compare(wanted, existing);
  }

  /** Undefined when it was created; its configuration when another process was faster. */
  async #create(wanted: Wanted): Promise<StreamConfig | undefined> {
    try {
      await this.jsm.streams.add(wanted);
      return undefined;
    } catch (error) {
      if (codeOf(error) !== ALREADY_EXISTS) throw error;
      return this.#configOf(wanted.name);
    }
  }

  async #configOf(stream: string): Promise<StreamConfig | undefined> {
    try {
      return (await this.jsm.streams.info(stream)).config;
    } catch (error) {
      if (codeOf(error) === STREAM_NOT_FOUND) return undefined;
      throw error;
    }
  }

  #compare({ name, num_replicas: wanted = 1 }: Wanted, { num_replicas: actual }: StreamConfig): void {
    if (actual >= wanted) return this.conditions?.clear(`stream ${name}`);
    const detail = `has ${actual} of the ${wanted} replicas that TIDEMARK_NATS_REPLICAS names`;
    this.conditions?.raise(`stream ${name}`, `${detail}: nats stream edit ${name} --replicas ${wanted}`);
  }

  /**
   * Releases before this one stored every event for a week in the stream EVENTS, and publish to it as long as they run.
   * Nothing reads it: as they left it, it now keeps minutes; one that an operator changed or consumes is the operator's.
   */
  async #emptyEvents(): Promise<void> {
    const stream = `${this.namespace.name}_EVENTS`;
    const config = await this.#configOf(stream);
    if (config?.max_age !== nanos(WEEK_MS)) return;
    const { state } = await this.jsm.streams.info(stream);
    if (state.consumer_count === 0) await this.jsm.streams.update(stream, { ...config, max_age: nanos(DEDUPE_MS) });
  }
}

function codeOf(error: unknown): number | undefined {
  return error instanceof NatsError ? error.api_error?.err_code : undefined;
}
