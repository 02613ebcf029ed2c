import type { RecordedEvent, Subscription } from '@tidemark/event-store';
import type { Json } from '@tidemark/foundation';
import type { EventMapping, OutgoingMessage } from '../port.js';
import { mapped } from '../relaying.js';
import type { EmbeddedLog } from './embedded-log.js';
import { Place } from './place.js';

/** A message that a durable consumer has taken in and not yet acknowledged. */
export class Entry {
  /** Deliveries so far. */
  count = 0;
  /** When a delayed message is due again, milliseconds since the epoch. */
  due: number | undefined;
  done = false;
  /** Whose turn it is; '' where nobody takes turns. */
  share = '';
  /** The delivery that holds the message now. */
  holder: object | undefined;

  constructor(
    readonly message: OutgoingMessage,
    readonly tap: Tap,
    readonly position: number,
    readonly index: number,
  ) {}
}

/** The part of a feed that a tap uses. */
export interface TappedFeed {
  readonly name: string;
  readonly isRunning: boolean;
  /** All messages of events up to here were delivered. */
  readonly position: number;
  readonly categories: readonly string[];
  readonly log: EmbeddedLog;
  readonly map: EventMapping;
  /** Files a dead letter for an event that `map` cannot handle; returns when it is stored. */
  readonly setAside: (event: RecordedEvent, error: Error) => Promise<void>;
  readonly taps: { match(subject: string): readonly Tap[] };
  readonly onError: (error: Error) => void;
  /** Delivers matching messages to the tap, until the returned function is called. */
  add(tap: Tap, filter: string): () => void;
}

/** The part of a durable consumer that a tap uses. */
export interface Sink {
  readonly isFull: boolean;
  /** Resolves when it is no longer full. */
  room(): Promise<void>;
  put(entry: Entry): void;
  wake(): void;
}

/**
 * The messages that one durable consumer takes from one feed. Modes:
 *   behind  takes nothing: the consumer is full, or the feed does not run → reading
 *   reading follows the log by itself, waiting while the consumer is full; at the feed's position → live
 *   live    takes the messages that the feed delivers; when the consumer is full → behind
 * All of it is on one thread, and positions only grow, so nothing is missed or taken twice at a change.
 */
export class Tap {
  #mode: 'behind' | 'reading' | 'live' = 'behind';
  #reader: Subscription | undefined;
  /** All messages up to this position were taken in. */
  #taken: number;
  #place: Place | undefined;
  #closed = false;
  /** Ends the reader's wait for room. */
  #interrupt: () => void = () => {};
  readonly #unacknowledged = new Set<Entry>();
  readonly #remove: () => void;

  /** `saved`: the result of `save` in an earlier run; undefined starts at the beginning of the log. */
  constructor(
    private readonly feed: TappedFeed,
    filter: string,
    private readonly sink: Sink,
    saved: Json | undefined,
  ) {
    this.#place = Place.parse(saved);
    this.#taken = (this.#place?.first ?? 0) - 1;
    this.#remove = feed.add(this, filter);
  }

  get name(): string {
    return this.feed.name;
  }

  get size(): number {
    return this.#unacknowledged.size;
  }

  /** Starts reading, unless it reads or is live already. */
  catchUp(): void {
    if (this.#mode !== 'behind' || this.#closed || !this.feed.isRunning || this.sink.isFull) return;
    if (this.#goLive()) return;
    this.#mode = 'reading';
    const { categories, log, onError } = this.feed;
    const target = this.feed.position;
    const reader = log.subscribe(
      {
        categories,
        after: this.#taken,
        onError,
        onCaughtUp: () => this.#isReader(reader) && this.#reached(target),
      },
      (events, position) => this.#read(reader, events, position),
    );
    this.#reader = reader;
    void reader.ended.then(() => {
      if (!this.#isReader(reader)) return;
      this.fallBehind();
      setTimeout(() => this.catchUp(), 1_000).unref(); // the log could not store a dead letter
    });
  }

  fallBehind(): void {
    if (this.#mode === 'live') this.#taken = Math.max(this.#taken, this.feed.position);
    this.#mode = 'behind';
    void this.pause();
  }

  async pause(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    if (this.#mode === 'reading') this.#mode = 'behind';
    this.#interrupt();
    await reader?.stop();
  }

  #roomOrPause(): Promise<void> {
    return new Promise((resolve) => {
      this.#interrupt = resolve;
      void this.sink.room().then(resolve);
    });
  }

  /** Takes a message from the feed; false when it is not taken. */
  offer(message: OutgoingMessage, position: number, index: number): boolean {
    if (this.#mode !== 'live' || position <= this.#taken) return false;
    if (index === 0 && this.sink.isFull) {
      this.fallBehind();
      return false;
    }
    this.#take(message, position, index);
    return true;
  }

  wake(): void {
    this.sink.wake();
  }

  acknowledged(entry: Entry): void {
    this.#unacknowledged.delete(entry);
  }

  /** The position to resume from in a later run. */
  save(): Json {
    const reached = this.#mode === 'live' ? Math.max(this.#taken, this.feed.position) : this.#taken;
    return Place.of(this.#unacknowledged, reached, this.#place).json();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#remove();
    this.fallBehind();
    await this.pause();
  }

  #isReader(reader: Subscription): boolean {
    return this.#reader === reader;
  }

  async #read(reader: Subscription, events: readonly RecordedEvent[], position: number): Promise<void> {
    try {
      for (const event of events) {
        if (!this.#isReader(reader)) return;
        const filing = event.position > this.#taken ? this.#readOne(event) : undefined;
        if (filing) await filing;
        if (!this.sink.isFull) continue;
        this.sink.wake();
        await this.#roomOrPause();
      }
      if (this.#isReader(reader)) this.#reached(position);
    } finally {
      this.sink.wake();
    }
  }

  /** A promise only while a dead letter is filed. */
  #readOne(event: RecordedEvent): Promise<void> | undefined {
    const messages = mapped(this.feed, event);
    if (messages instanceof Error) return this.feed.setAside(event, messages).then(() => this.#reached(event.position));
    for (let index = 0; index < messages.length; index++) {
      const message = messages[index]!;
      if (!this.feed.taps.match(message.subject).includes(this)) continue;
      if (!this.#place) this.#take(message, event.position, index);
      else if (!this.#place.isDone(event.position, index)) this.#takeAgain(message, event.position, index);
    }
    this.#reached(event.position);
    return undefined;
  }

  #reached(position: number): void {
    this.#taken = Math.max(this.#taken, position);
    if (this.#place?.isPassed(this.#taken)) this.#place = undefined;
    if (this.#mode === 'reading') this.#goLive();
  }

  #goLive(): boolean {
    if (this.#taken < this.feed.position) return false;
    this.#mode = 'live';
    const reader = this.#reader;
    this.#reader = undefined;
    void reader?.stop();
    return true;
  }

  #take(message: OutgoingMessage, position: number, index: number): void {
    const entry = new Entry(message, this, position, index);
    this.#unacknowledged.add(entry);
    this.sink.put(entry);
  }

  #takeAgain(message: OutgoingMessage, position: number, index: number): void {
    const entry = new Entry(message, this, position, index);
    const open = this.#place?.openAt(position, index);
    if (open) ({ count: entry.count, due: entry.due } = open);
    this.#unacknowledged.add(entry);
    this.sink.put(entry);
  }
}
