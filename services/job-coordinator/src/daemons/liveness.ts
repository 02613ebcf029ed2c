import type { Beat } from '@tidemark/contracts';
import { DaemonGroup, daemonOf, Loop, type Clock, type Daemon } from '@tidemark/foundation';
import type { Broker } from '@tidemark/messaging';
import type { Agenda } from '../agenda/agenda.js';
import type { LiveClaim } from '../agenda/claims.js';
import type { LiveJob } from '../agenda/live-jobs.js';

const SWEEP_MS = 1000;

type ClaimAction = (job: LiveJob, claim: LiveClaim) => Promise<void>;

/** Actions on claims; each is idempotent. */
export interface ClaimActions {
  readonly expire: ClaimAction;
  readonly stall: ClaimAction;
  readonly recover: ClaimAction;
}

/** Listens to the heartbeats of all runners, and once a second looks for claims that are silent, stalled or recovered. */
export class Liveness implements Daemon {
  readonly #parts: Daemon;
  readonly #agenda: Agenda;
  readonly #time: Clock;
  readonly #actions: ClaimActions;
  readonly #onError: (error: Error) => void;

  constructor(broker: Broker, agenda: Agenda, time: Clock, actions: ClaimActions, onError: (error: Error) => void) {
    this.#agenda = agenda;
    this.#time = time;
    this.#actions = actions;
    this.#onError = onError;
    this.#parts = new DaemonGroup([
      daemonOf(() => broker.listen<Beat>('tidemark.beat.*', ({ data }) => agenda.claims.heartbeat(data, time.now()))),
      new Loop({ everyMs: SWEEP_MS, clock: time, tick: () => this.#sweep(), onError }),
    ]);
  }

  async start(): Promise<void> {
    await this.#parts.start();
  }

  stop(): Promise<void> {
    return this.#parts.stop();
  }

  #sweep(): void {
    const { claims, jobs } = this.#agenda;
    const now = this.#time.now();
    for (const [jobId, claim] of claims.entries()) {
      const job = jobs.get(jobId)!;
      const action = actionFor(claim, job, now);
      if (action) this.#actions[action](job, claim).catch(this.#onError);
    }
  }
}

/** The action that a claim needs; undefined when it needs none. */
export function actionFor(
  { lastHeartbeatAt, advancedAt, stalled }: LiveClaim,
  { claimTimeoutMs, stallTimeoutMs }: Pick<LiveJob, 'claimTimeoutMs' | 'stallTimeoutMs'>,
  now: number,
): keyof ClaimActions | undefined {
  if (now - lastHeartbeatAt > claimTimeoutMs) return 'expire';
  const still = now - advancedAt > stallTimeoutMs;
  if (still === stalled) return undefined;
  return still ? 'stall' : 'recover';
}
