import { echoSubject, type Beat } from '@tidemark/contracts';
import { DaemonGroup, daemonOf, Loop, uuidv7, type Clock, type Daemon } from '@tidemark/foundation';
import type { Broker } from '@tidemark/messaging';
import type { Agenda } from '../agenda/agenda.js';
import type { LiveClaim } from '../agenda/claims.js';
import type { LiveJob } from '../agenda/live-jobs.js';
import type { Overdue } from '../agenda/unanswered.js';

const SWEEP_MS = 1000;
/** The most that one sweep counts as listening: when more time has passed, this process was stopped or cut off. */
const LONGEST_SWEEP_MS = 2 * SWEEP_MS;

type ClaimAction = (job: LiveJob, claim: LiveClaim) => Promise<void>;

/** Actions on claims and on messages that may have been lost; each is idempotent. */
export interface ClaimActions {
  readonly expire: ClaimAction;
  readonly stall: ClaimAction;
  readonly recover: ClaimAction;
  readonly sendAgain: (overdue: Overdue) => Promise<void>;
}

export interface LivenessOptions {
  readonly broker: Broker;
  readonly agenda: Agenda;
  readonly clock: Clock;
  /** Milliseconds of PassedTime. */
  readonly passed: () => number;
  readonly actions: ClaimActions;
  /** Called at every sweep while runners hold claims. */
  readonly onClaims?: () => void;
  readonly onError: (error: Error) => void;
}

/**
 * Listens to the heartbeats of all runners, and once a second looks for claims that are silent, stalled or recovered, and
 * for messages without an effect. Silence counts only while this process hears: every sweep sends an echo to itself.
 */
export class Liveness implements Daemon {
  readonly #parts: Daemon;
  readonly #options: LivenessOptions;
  readonly #echo = echoSubject(uuidv7());
  #isHeard = false;
  #listenedUntil = 0;

  constructor(options: LivenessOptions) {
    const { broker, agenda, clock, onError } = options;
    this.#options = options;
    this.#parts = new DaemonGroup([
      daemonOf(() => broker.listen<Beat>('tidemark.beat.*', ({ data }) => agenda.claims.heartbeat(data))),
      daemonOf(() => this.#listenToEcho()),
      new Loop({ everyMs: SWEEP_MS, clock, tick: () => this.#sweep(), onError }),
    ]);
  }

  async start(): Promise<void> {
    await this.#parts.start();
  }

  stop(): Promise<void> {
    return this.#parts.stop();
  }

  async #listenToEcho() {
    const { broker, passed } = this.#options;
    const listening = await broker.listen(this.#echo, () => (this.#isHeard = true));
    this.#listenedUntil = passed();
    broker.broadcast(this.#echo, {});
    return listening;
  }

  #sweep(): void {
    const { agenda, broker, passed, onClaims } = this.#options;
    if (agenda.claims.size > 0) onClaims?.();
    if (this.#isHeard) {
      const now = passed();
      this.#afterListening(now - this.#listenedUntil);
      this.#listenedUntil = now;
    }
    this.#isHeard = false;
    broker.broadcast(this.#echo, {});
  }

  /** `milliseconds`: since the end of the last sweep in which this process heard. */
  #afterListening(milliseconds: number): void {
    const { agenda, actions, onError } = this.#options;
    const { claims, jobs, unanswered } = agenda;
    const listened = Math.min(milliseconds, LONGEST_SWEEP_MS);
    claims.age(listened);
    for (const [jobId, claim] of claims.entries()) {
      const job = jobs.get(jobId)!;
      if (milliseconds > listened && milliseconds >= job.claimTimeoutMs) claims.excuse(jobId);
      else {
        const action = actionFor(claim, job);
        if (action) actions[action](job, claim).catch(onError);
      }
    }
    for (const overdue of unanswered.age(listened)) actions.sendAgain(overdue).catch(onError);
  }
}

/** The action that a claim needs; undefined when it needs none. */
export function actionFor(
  { silentMs, stillMs, stalled }: Pick<LiveClaim, 'silentMs' | 'stillMs' | 'stalled'>,
  { claimTimeoutMs, stallTimeoutMs }: Pick<LiveJob, 'claimTimeoutMs' | 'stallTimeoutMs'>,
): 'expire' | 'stall' | 'recover' | undefined {
  if (silentMs > claimTimeoutMs) return 'expire';
  const still = stillMs > stallTimeoutMs;
  if (still === stalled) return undefined;
  return still ? 'stall' : 'recover';
}
