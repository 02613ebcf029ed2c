import { BACKWARDS, END, EventStoreDBClient, FORWARDS, START, type StreamingRead } from '@eventstore/db-client';
import { BoundedCache, sleep, withTimeout } from '@tidemark/foundation';
import { encodeAppend } from '../encoding.js';
import { Conflict, OutcomeUnknown, StreamDeleted, Unavailable, type EventStoreError } from '../errors.js';
import type { Anchor } from '../history/epochs.js';
import { LogHistory } from '../history/log-history.js';
import type {
  AppendResult,
  BatchHandler,
  EventStore,
  ExpectedRevision,
  NewEvent,
  ReadOptions,
  RecordedEvent,
  SubscribeOptions,
  Subscription,
} from '../port.js';
import { checkSubscribeOptions } from '../subscribe-options.js';
import { BatchAppender } from './batch-appender.js';
import { isNoPosition, readFailure, unavailable, writeFailure } from './driver-errors.js';
import { EsdbSubscription } from './esdb-subscription.js';
import { toServer, type LogPosition } from './log-position.js';
import { recorded } from './recorded-event.js';
import { StreamNames } from './stream-names.js';

export interface EsdbEventStoreOptions {
  /** A prefix of every stream name, so that installations can share a server. Callers never see it. */
  readonly namespace?: string;
  /** Milliseconds without a response before a call counts as lost. Default 3,500: less than callers wait. */
  readonly answerWithin?: number;
  /** Waits, in ms, before a write of unknown outcome is repeated with the same ids. Default 50, 500, 1,500 (gRPC connects again after a second). */
  readonly repeatAfter?: readonly number[];
}

/** A write that has taken longer is not repeated: its caller must hear of the outage before it gives up itself. */
const REPEAT_FOR_MS = 2_500;

/**
 * The event store on EventStoreDB (23.10 or newer). A write whose response is lost is repeated with the same event ids, which the
 * server recognises, before OutcomeUnknown is thrown.
 */
export class EsdbEventStore implements EventStore {
  readonly history = new LogHistory(this);
  readonly #client: EventStoreDBClient;
  readonly #appender: BatchAppender;
  readonly #names: StreamNames;
  readonly #answerWithin: number;
  readonly #repeatAfter: readonly number[];
  readonly #subscriptions = new Set<EsdbSubscription>();
  readonly #tokens = new BoundedCache<LogPosition>(1_000);
  readonly #writes = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;

  /** @throws TypeError when the URL or the namespace is not valid */
  constructor(url: string, options: EsdbEventStoreOptions = {}) {
    this.#names = new StreamNames(options.namespace);
    this.#answerWithin = options.answerWithin ?? 3_500;
    this.#repeatAfter = options.repeatAfter ?? [50, 500, 1_500];
    this.#client = connect(url);
    this.#appender = new BatchAppender(this.#client, this.#answerWithin);
  }

  async append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<AppendResult> {
    this.#assertOpen();
    const { bytes, events: encoded } = encodeAppend(stream, events, expected);
    return this.#write(stream, bytes, () =>
      this.#appender.append(this.#names.stored(stream), events, encoded, expected),
    );
  }

  async *read(stream: string, options: ReadOptions = {}): AsyncIterable<RecordedEvent> {
    this.#assertOpen();
    const { from, direction = 'forwards', limit = Number.MAX_SAFE_INTEGER } = options;
    const backwards = direction === 'backwards';
    const reading = this.#client.readStream(this.#names.stored(stream), {
      direction: backwards ? BACKWARDS : FORWARDS,
      fromRevision: from === undefined ? (backwards ? END : START) : BigInt(from),
      maxCount: limit,
    });
    try {
      for await (const resolved of answered(reading, this.#answerWithin)) yield recorded(resolved, stream);
    } catch (error) {
      throw readFailure(stream, error);
    }
  }

  subscribe(options: SubscribeOptions, handler: BatchHandler): Subscription {
    this.#assertOpen();
    checkSubscribeOptions(options);
    const subscription: EsdbSubscription = new EsdbSubscription(options, handler, {
      client: this.#client,
      names: this.#names,
      head: () => this.head(),
      tokens: this.#tokens,
      onEnd: () => this.#subscriptions.delete(subscription),
    });
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /** The server's last event, in any namespace. */
  async head(): Promise<number> {
    return (await this.eventAt('end'))?.position ?? -1;
  }

  /** An event in any namespace. The leader is asked: a follower that lags would seem to have lost it. */
  async eventAt(position: number | 'end'): Promise<Anchor | undefined> {
    this.#assertOpen();
    const where =
      position === 'end'
        ? ({ direction: BACKWARDS, fromPosition: END } as const)
        : ({ direction: FORWARDS, fromPosition: toServer({ position }) } as const);
    const reading = this.#client.readAll({ ...where, maxCount: 1, requiresLeader: true });
    try {
      for await (const { event, commitPosition } of answered(reading, this.#answerWithin)) {
        const found = Number(commitPosition ?? event?.position.commit);
        if (event && (position === 'end' || found === position)) return { position: found, id: event.id };
      }
      return undefined;
    } catch (error) {
      if (position !== 'end' && isNoPosition(error)) return undefined;
      throw unavailable(error);
    }
  }

  async tombstone(stream: string, expected: ExpectedRevision): Promise<void> {
    let revision = -1;
    for await (const last of this.read(stream, { direction: 'backwards', limit: 1 })) ({ revision } = last);
    if (expected === 'no_stream') throw new Conflict(stream, revision);
    const expectedRevision = typeof expected === 'number' ? BigInt(expected) : 'any';
    let tries = 0;
    await this.#write(stream, 0, async () => {
      tries++;
      await this.#client.tombstoneStream(this.#names.stored(stream), {
        expectedRevision,
        deadline: this.#answerWithin,
      });
    }).catch((error: unknown) => {
      // A second attempt that finds the stream deleted reveals the outcome of the first.
      if (!(error instanceof StreamDeleted && tries > 1)) throw error;
    });
  }

  async ping(): Promise<void> {
    await this.head();
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#shutDown());
  }

  async #shutDown(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((subscription) => subscription.stop()));
    await Promise.allSettled(this.#writes);
    this.#appender.close();
    await withTimeout(this.#client.dispose(), this.#answerWithin, () => {});
    await closeChannel(this.#client);
  }

  /** Writes, and repeats it while the outcome is unknown; a refusal after that is the outcome of the first attempt. */
  async #write<T>(stream: string, bytes: number, call: () => Promise<T>): Promise<T> {
    const work = (async () => {
      const waits = this.#repeatAfter.values();
      const began = performance.now();
      let unknown: EventStoreError | undefined;
      for (;;) {
        try {
          return await call();
        } catch (cause) {
          const failure = writeFailure(stream, cause, bytes);
          if (failure instanceof OutcomeUnknown) unknown = failure;
          else if (!unknown || !(failure instanceof Unavailable)) throw failure;
          const wait = waits.next().value;
          if (wait === undefined || performance.now() - began > REPEAT_FOR_MS) throw unknown;
          await sleep(wait);
        }
      }
    })();
    this.#writes.add(work);
    try {
      return await work;
    } finally {
      this.#writes.delete(work);
    }
  }

  #assertOpen(): void {
    if (this.#closing) throw new Unavailable('the event store is closed');
  }
}

function connect(url: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(url);
  } catch (cause) {
    throw new TypeError('event store URL: expected esdb://<host>:<port>, with options as EventStoreDB names them', {
      cause,
    });
  }
}

/** `dispose` ends the calls and leaves the connection open, which would keep the process alive. */
async function closeChannel(client: EventStoreDBClient): Promise<void> {
  const { getChannel } = client as unknown as { getChannel: () => Promise<{ close(): void }> };
  const channel = await getChannel().catch(() => undefined);
  channel?.close();
}

/** Iterates a read; gives up when the server is silent for too long, and ends the call when the caller stops early. */
async function* answered<E>(reading: StreamingRead<E>, within: number): AsyncIterable<E> {
  let waiting = true;
  const timer = setTimeout(() => {
    if (waiting) reading.destroy(new Error(`no response within ${within} ms`));
  }, within);
  try {
    for await (const event of reading.iterator({ destroyOnReturn: false }) as AsyncIterable<E>) {
      waiting = false;
      yield event;
      waiting = true;
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
    reading.on('error', () => {}); // the end of the call, when no listener is left
    reading.cancel().catch(() => {});
    reading.resume(); // a call whose last events are not read would stay open forever
  }
}
