import { setImmediate } from 'node:timers/promises';
import { Loop, toError, type Clock, type Daemon } from '@tidemark/foundation';
import type { PlannedSync } from '../actions/start-planned-sync.js';
import type { Agenda } from '../agenda/agenda.js';
import type { Plan } from '../agenda/plans.js';
import { firstAfter, plannedJobId } from '../connection/schedule.js';

const AUDIT_MS = 60_000;
/** Clocks that differ by less than this are no reason to change a plan. */
const TOLERANCE_MS = 60_000;
/** Plans before the event loop gets a turn: a cron expression costs a tenth of a millisecond. */
const TURN = 100;

/** Each is idempotent. */
export interface AuditActions {
  startPlannedSync(plan: Plan): Promise<PlannedSync>;
  /** Plans the sync for an earlier time, unless a job has used that time; false when nothing changed. */
  advanceSync(plan: Plan, nextSyncAt: number): Promise<boolean>;
  /** Reports a plan that had passed without a job, or that lay too far ahead. */
  repaired(cause: 'passed' | 'late', plan: Plan): void;
  /** Decides again for every tenant in which jobs wait. */
  admit(): void;
}

/**
 * Looks every minute for what no event or timer would bring up again: planned syncs that have passed without a job, those
 * that lie later than their schedule asks because a clock was set back, and slots that were reserved and never used.
 */
export class Audit implements Daemon {
  readonly #loop: Loop;

  constructor(
    private readonly agenda: Agenda,
    private readonly clock: Clock,
    private readonly actions: AuditActions,
    private readonly onError: (error: Error) => void,
  ) {
    this.#loop = new Loop({ everyMs: AUDIT_MS, clock, onError, tick: (signal) => this.#audit(signal) });
  }

  start(): void {
    this.#loop.start();
  }

  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #audit(signal: AbortSignal): Promise<void> {
    this.actions.admit();
    for (const [index, plan] of [...this.agenda.plans.values()].entries()) {
      if (signal.aborted) return;
      if (index % TURN === TURN - 1) await setImmediate();
      await this.#auditPlan(plan).catch((error: unknown) => this.onError(toError(error)));
    }
  }

  async #auditPlan(plan: Plan): Promise<void> {
    const now = this.clock.now();
    const sooner = soonerThan(this.agenda, plan, now);
    if (sooner !== undefined) {
      if (await this.actions.advanceSync(plan, sooner)) this.actions.repaired('late', plan);
    } else if (hasPassed(this.agenda, plan, now)) {
      const outcome = await this.actions.startPlannedSync(plan);
      if (outcome === 'started' || outcome === 'planned') this.actions.repaired('passed', plan);
    }
  }
}

/** Its timer should have started it; while its job lives, the end of that plans the next. */
const hasPassed = ({ jobs }: Agenda, { connectionId, at }: Plan, now: number) =>
  at < now - TOLERANCE_MS && !jobs.has(plannedJobId(connectionId, at));

/** The time that the schedule asks for, when the plan lies behind it. */
function soonerThan({ plans }: Agenda, { connectionId, at }: Plan, now: number): number | undefined {
  if (at <= now + TOLERANCE_MS) return undefined;
  const first = firstAfter(plans.scheduleOf(connectionId) ?? { every: 'manual' }, at, now + TOLERANCE_MS);
  return first !== null && first < at ? first : undefined;
}
