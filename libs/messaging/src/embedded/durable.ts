import { DueHeap } from '@tidemark/foundation';
import type { ConsumePolicy } from '../policy.js';
import type { ConsumeHandler, Running } from '../port.js';
import { Lines } from '../shares.js';
import type { EmbeddedLog } from './embedded-log.js';
import type { Feed } from './feed.js';
import { Member, type Returns } from './member.js';
import { Tap, type Entry, type Sink } from './tap.js';

/** Messages held ready in memory; beyond that, the log is read again when they are done. */
const READY_LIMIT = 2_000;
/** More where shares take turns: what one of them piled up must not hide the others' messages. */
const SHARED_READY_LIMIT = 50_000;
/** Messages taken in and not acknowledged, delayed ones included. */
const OPEN_LIMIT = 100_000;
/** Deliveries before the event loop gets a turn. */
const TURN = 256;

/**
 * One durable consumer: the messages that are ready, delayed or being handled, and the handlers (members) that share them.
 * It lives from its first member's start to its last one's stop; only its position in each feed remains.
 */
export class Durable implements Sink {
  readonly #taps = new Map<string, Tap>();
  readonly #members: Member[] = [];
  readonly #ready = new Lines<Entry>();
  readonly #again = new Lines<Entry>();
  readonly #readyLimit: number;
  readonly #delayed = new DueHeap<Entry>();
  #delayTimer: NodeJS.Timeout | undefined;
  #delayTimerDue = Number.POSITIVE_INFINITY;
  #open = 0;
  #users = 0;
  #turn = 0;
  #pumping = false;
  #waiting: (() => void)[] = [];
  #isStarved = false;
  readonly #returns: Returns;

  constructor(
    readonly name: string,
    readonly subject: string,
    private readonly shareOf: ConsumePolicy['shareOf'],
    private readonly log: EmbeddedLog,
    tools: Pick<Returns, 'nextSequence' | 'bury' | 'onError'>,
  ) {
    this.#readyLimit = shareOf ? SHARED_READY_LIMIT : READY_LIMIT;
    this.#returns = {
      ...tools,
      acknowledged: (entry) => this.#acknowledged(entry),
      again: (entry, delayMs) => this.#deliverAgain(entry, delayMs),
      wake: () => this.wake(),
    };
  }

  /** Whether it has no members, and none still handles a message. */
  get isIdle(): boolean {
    return this.#users === 0;
  }

  /** Starts to consume a feed at its saved position. */
  attach(feed: Feed): void {
    const tap = new Tap(feed, this.subject, this, this.log.checkpoints.get(this.#placeName(feed.name)));
    this.#taps.set(feed.name, tap);
    tap.catchUp();
  }

  join(policy: ConsumePolicy, handler: ConsumeHandler): Running {
    const member = new Member(policy, handler, this.#returns);
    this.#members.push(member);
    this.#users++;
    this.wake();
    return {
      stop: async (deadlineMs = 5_000) => {
        const at = this.#members.indexOf(member);
        if (at < 0) return;
        this.#members.splice(at, 1);
        await member.work.drain(deadlineMs);
        member.release();
        this.#users--;
        this.wake();
      },
    };
  }

  /** Saves its position. */
  save(): void {
    for (const [feed, tap] of this.#taps) {
      const place = tap.save();
      const name = this.#placeName(feed);
      if (JSON.stringify(place) !== JSON.stringify(this.log.checkpoints.get(name))) {
        this.log.checkpoints.set(name, place);
      }
    }
  }

  async close(): Promise<void> {
    this.save();
    clearTimeout(this.#delayTimer);
    await Promise.all([...this.#taps.values()].map((tap) => tap.close()));
  }

  get isFull(): boolean {
    return this.#ready.size >= this.#readyLimit || this.#open >= OPEN_LIMIT;
  }

  room(): Promise<void> {
    this.#isStarved = true;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  put(entry: Entry): void {
    this.#open++;
    if (this.shareOf) entry.share = this.shareOf(entry.message.data);
    if (entry.due !== undefined) this.#delay(entry, entry.due);
    else this.#ready.push(entry.share, entry);
    if (this.isFull) this.#isStarved = true;
  }

  wake(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    let left = TURN;
    while (left > 0 && this.#deliverOne()) left--;
    this.#pumping = false;
    if (this.#isStarved && this.#hasRoom) this.#refill();
    if (left === 0) setImmediate(() => this.wake());
  }

  /** To the next member that has a slot for a message. False: none has. */
  #deliverOne(): boolean {
    for (let i = 0; i < this.#members.length; i++) {
      const member = this.#members[(this.#turn + i) % this.#members.length]!;
      const entry = member.free > 0 ? this.#next(member) : undefined;
      if (!entry) continue;
      this.#turn = (this.#turn + i + 1) % this.#members.length;
      member.deliver(entry);
      return true;
    }
    return false;
  }

  #next(member: Member): Entry | undefined {
    const mayProceed = this.shareOf && ((share: string) => member.mayTake(share));
    for (;;) {
      const entry = this.#again.shift(mayProceed) ?? this.#ready.shift(mayProceed);
      if (!entry || (!entry.done && !entry.holder)) return entry;
    }
  }

  get #hasRoom(): boolean {
    return this.#ready.size < this.#readyLimit / 2 && this.#open < OPEN_LIMIT * 0.9;
  }

  #refill(): void {
    this.#isStarved = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
    for (const tap of this.#taps.values()) tap.catchUp();
  }

  #acknowledged(entry: Entry): void {
    if (entry.done) return;
    entry.done = true;
    entry.holder = undefined;
    this.#open--;
    entry.tap.acknowledged(entry);
  }

  #deliverAgain(entry: Entry, delayMs: number): void {
    if (entry.done) return;
    if (delayMs > 0) this.#delay(entry, Date.now() + delayMs);
    else this.#again.push(entry.share, entry);
  }

  #delay(entry: Entry, due: number): void {
    entry.due = due;
    // The wall clock keeps the due time across restarts; within one run a monotonic clock does.
    this.#delayed.push(performance.now() + due - Date.now(), entry);
    this.#armDelay();
  }

  #armDelay(): void {
    const due = this.#delayed.next;
    if (due === undefined || due >= this.#delayTimerDue) return;
    clearTimeout(this.#delayTimer);
    this.#delayTimerDue = due;
    const wait = Math.min(Math.max(0, due - performance.now()), 2 ** 31 - 1);
    this.#delayTimer = setTimeout(() => this.#endDelays(), wait).unref();
  }

  #endDelays(): void {
    this.#delayTimerDue = Number.POSITIVE_INFINITY;
    const now = performance.now();
    for (let entry = this.#delayed.popDue(now); entry; entry = this.#delayed.popDue(now))
      this.#again.push(entry.share, entry);
    this.#armDelay();
    this.wake();
  }

  #placeName(feed: string): string {
    return `broker:${this.name}:${feed}`;
  }
}
