import type { Clock, Daemon } from '@tidemark/foundation';
import type { Agenda, DueTask } from '../agenda/agenda.js';

const RETRY_MS = 1000;
/** A timer does not notice that the clock was set, or that the machine slept: the clock is read at least this often. */
const LONGEST_TIMEOUT_MS = 1000;

/** Actions on what is due; each may be called more than once for the same reminder. */
export interface DueActions {
  startPlannedSync(connectionId: string, tenant: string, plannedAt: number): Promise<void>;
  forceCancel(jobId: string, tenant: string): Promise<void>;
  /** Of a waiting job whose connection does not exist. */
  cancelOrphan(jobId: string, tenant: string): Promise<void>;
  wake(): void;
}

/** One system timer for the agenda's next due time, by the clock of this process. */
export class Timers implements Daemon {
  readonly #agenda: Agenda;
  readonly #time: Clock;
  readonly #actions: DueActions;
  readonly #onError: (error: Error) => void;
  #timer: unknown;
  /** In the clock's elapsed time. */
  #fireAt = Infinity;
  #running = false;
  #stopped = false;

  constructor(agenda: Agenda, time: Clock, actions: DueActions, onError: (error: Error) => void) {
    this.#agenda = agenda;
    this.#time = time;
    this.#actions = actions;
    this.#onError = onError;
  }

  start(): void {
    this.#running = !this.#stopped;
    this.arm();
  }

  /** Sets the system timer to the next due time. Cheap when it fires soon enough already. */
  arm(): void {
    const next = this.#agenda.nextDue;
    if (!this.#running || next === undefined) return;
    const wait = Math.min(Math.max(0, next - this.#time.now()), LONGEST_TIMEOUT_MS);
    const fireAt = this.#time.elapsed() + wait;
    if (fireAt >= this.#fireAt) return;
    this.#disarm();
    this.#fireAt = fireAt;
    this.#timer = this.#time.setTimeout(() => this.#fire(), wait);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#running = false;
    this.#disarm();
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#time.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#fireAt = Infinity;
  }

  #fire(): void {
    this.#disarm();
    for (const task of this.#agenda.takeDue()) this.#attempt(task);
    this.#actions.wake();
    this.arm();
  }

  /** A task that fails is retried later: the store may be back by then. */
  #attempt(task: DueTask): void {
    this.#perform(task).catch((error: Error) => {
      this.#onError(error);
      this.#agenda.putBack(task, RETRY_MS);
      this.arm();
    });
  }

  #perform(task: DueTask): Promise<void> {
    switch (task.kind) {
      case 'sync':
        return this.#actions.startPlannedSync(task.connectionId, task.tenant, task.at);
      case 'cancel':
        return this.#actions.forceCancel(task.jobId, task.tenant);
      case 'orphan':
        return this.#actions.cancelOrphan(task.jobId, task.tenant);
    }
  }
}
