import { TidemarkError } from '@tidemark/contracts';
import { Conflict, loadSnapshot, Unreadable, type EventStore, type Snapshot } from '@tidemark/event-store';
import { BoundedCache, uuidv7, type Clock, type Daemon } from '@tidemark/foundation';
import {
  admissionStream,
  evolveAdmission,
  isWholeSet,
  type AdmissionEvent,
  type AdmissionState,
} from '../admission/admission.js';
import { admissionDecider, decideAdmission, type AdmissionCommand } from '../admission/admission.decide.js';
import { connectionOf } from '../admission/lanes.js';
import type { Agenda } from '../agenda/agenda.js';
import { admittedOf, tenantSnapshot, type TenantSnapshot } from '../agenda/snapshot.js';
import type { Overdue } from '../agenda/unanswered.js';

const RETRY_MS = 1000;
/** Tenants whose slots are kept in memory. */
const REMEMBERED = 10_000;

type Known = Snapshot<AdmissionState>;

export interface AdmissionHooks {
  /** Jobs of the tenant that may run at once. */
  cap(tenant: string): number;
  /** Makes sure that a job's connection has recorded its end, if the job has ended. */
  commitEnd(tenant: string, jobId: string): Promise<void>;
  /** The tenant's stream cannot be folded: no job of it is admitted any more. */
  onUnreadable(tenant: string, error: Unreadable): void;
  onError(error: Error): void;
}

/** The input of a decision, at one moment. */
interface Situation extends TenantSnapshot {
  readonly at: number;
  readonly cap: number;
}

/**
 * Gives slots to waiting jobs: one decision for a whole tenant at a time, one in flight per tenant. Coordinators that
 * decide at the same time conflict on the stream's revision; the loser reloads and decides again.
 */
export class Admission implements Daemon {
  readonly #eventStore: EventStore;
  readonly #agenda: Agenda;
  readonly #time: Clock;
  readonly #hooks: AdmissionHooks;
  readonly #known = new BoundedCache<Known>(REMEMBERED);
  readonly #inFlight = new Map<string, Promise<void>>();
  readonly #again = new Set<string>();
  /** Called at the next wake, when the agenda has advanced. */
  #waiting: (() => void)[] = [];
  /** Timers of the next passes, by tenant, after one that failed. */
  readonly #retries = new Map<string, unknown>();
  /** Tenants whose stream cannot be folded. */
  readonly #unreadable = new Set<string>();
  #running = false;
  #stopped = false;

  constructor(eventStore: EventStore, agenda: Agenda, time: Clock, hooks: AdmissionHooks) {
    this.#eventStore = eventStore;
    this.#agenda = agenda;
    this.#time = time;
    this.#hooks = hooks;
  }

  start(): void {
    this.#running = !this.#stopped;
    this.wake();
  }

  /** Decides for every tenant in which something changed. Cheap when nothing did. */
  wake(): void {
    if (this.#running) for (const tenant of this.#agenda.slots.takeChanged()) this.#consider(tenant);
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** Decides for every tenant in which jobs wait. */
  reconsider(): void {
    for (const tenant of this.#agenda.slots.waitingTenants()) this.#consider(tenant);
  }

  /** Reserves a slot for a job that is about to be created. @throws TidemarkError TOO_MANY_CONCURRENT_SYNCS · CONNECTION_BUSY */
  async reserve(tenant: string, jobId: string, lane: string): Promise<void> {
    const waiting = this.#agenda.slots.retryingOf(lane);
    if (waiting !== undefined && waiting !== jobId)
      throw new TidemarkError(
        'CONNECTION_BUSY',
        `job ${waiting} of connection ${connectionOf(lane)} is being retried: wait for its end, or cancel it`,
        { jobId: waiting },
      );
    await this.#change(tenant, ({ at, cap, released }) => ({
      type: 'ReserveSlot',
      data: { at, cap, released, jobId, connectionId: lane },
    }));
  }

  /** Publishes the work of an offered job again, with another message id; once, however many coordinators do. */
  async offerAgain(overdue: Overdue): Promise<void> {
    const { jobId, tenant } = overdue;
    await this.#change(tenant, ({ at, released }) => {
      const job = this.#agenda.unanswered.isCurrent(overdue) ? this.#agenda.jobs.get(jobId) : undefined;
      return { type: 'OfferAgain', data: { at, released, offered: job ? [admittedOf(job)] : [] } };
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#running = false;
    for (const timer of this.#retries.values()) this.#time.clearTimeout(timer);
    this.wake();
    await Promise.allSettled(this.#inFlight.values());
  }

  #consider(tenant: string): void {
    if (!this.#running || this.#unreadable.has(tenant)) return;
    if (this.#inFlight.has(tenant)) {
      this.#again.add(tenant);
      return;
    }
    const pass = this.#pass(tenant)
      .catch((error: Error) => {
        if (error instanceof Unreadable) return this.#standStill(tenant, error);
        this.#hooks.onError(error);
        this.#retryLater(tenant);
      })
      .finally(() => {
        this.#inFlight.delete(tenant);
        if (this.#again.delete(tenant)) this.#consider(tenant);
      });
    this.#inFlight.set(tenant, pass);
  }

  #standStill(tenant: string, error: Unreadable): void {
    this.#unreadable.add(tenant);
    this.#hooks.onUnreadable(tenant, error);
  }

  #retryLater(tenant: string): void {
    if (!this.#running) return;
    this.#time.clearTimeout(this.#retries.get(tenant));
    const retry = () => {
      this.#retries.delete(tenant);
      this.#consider(tenant);
    };
    this.#retries.set(tenant, this.#time.setTimeout(retry, RETRY_MS));
  }

  async #pass(tenant: string): Promise<void> {
    if (!this.#agenda.slots.hasWaiting(tenant)) return;
    await this.#change(tenant, ({ at, cap, released, candidates }) => ({
      type: 'AdmitJobs',
      data: { at, cap, released, candidates },
    }));
  }

  async #change(tenant: string, commandFor: (situation: Situation) => AdmissionCommand): Promise<void> {
    const confirmed = new Set<string>();
    for (;;) {
      const known = this.#known.get(tenant) ?? (await this.#load(tenant));
      // Only an agenda that has seen the latest change of the slots knows which of them are no longer needed.
      if (this.#agenda.position < known.position && !this.#stopped) {
        await new Promise<void>((resolve) => this.#waiting.push(resolve));
        continue;
      }
      const situation = this.#situationOf(tenant, known.state);
      const unconfirmed = situation.unconfirmed.filter((jobId) => !confirmed.has(jobId));
      if (unconfirmed.length > 0) {
        await Promise.all(unconfirmed.map((jobId) => this.#hooks.commitEnd(tenant, jobId)));
        for (const jobId of unconfirmed) confirmed.add(jobId);
        continue;
      }
      // Another job of the connection may take the turn.
      if (situation.held.length > 0) {
        this.#agenda.hold(situation.held);
        continue;
      }
      const events = decideAdmission(commandFor(situation), known.state);
      if (events.length === 0) return;
      try {
        await this.#append(tenant, known, events);
        return;
      } catch (error) {
        this.#known.delete(tenant);
        if (!(error instanceof Conflict)) throw error;
      }
    }
  }

  #situationOf(tenant: string, { running }: AdmissionState): Situation {
    const limits = { at: this.#time.now(), cap: this.#hooks.cap(tenant) };
    const slots = new Map(running);
    // The clock that a reservation was made by may differ.
    for (const [jobId, slot] of running)
      if (slot.reserved) slots.set(jobId, { ...slot, since: limits.at - this.#agenda.reservedFor(jobId) });
    return {
      ...limits,
      ...tenantSnapshot(this.#agenda, tenant, slots, limits),
    };
  }

  async #append(tenant: string, known: Known, events: readonly AdmissionEvent[]): Promise<void> {
    const metadata = { tenant, actor: 'coordinator' };
    const stored = events.map((event) => ({ ...event, id: uuidv7(), metadata }));
    const expected = known.revision === -1 ? 'no_stream' : known.revision;
    const { revision, position } = await this.#eventStore.append(admissionStream.of(tenant), stored, expected);
    this.#known.set(tenant, { state: events.reduce(evolveAdmission, known.state), revision, position });
    // Applied now, not when the log delivers it: the next decision must not admit the same job again.
    for (const event of events) this.#agenda.applyAdmission(event);
  }

  async #load(tenant: string): Promise<Known> {
    const stream = admissionStream.of(tenant);
    const isWhole = isWholeSet;
    const known = await loadSnapshot(this.#eventStore, admissionStream, admissionDecider, stream, { isWhole });
    this.#known.set(tenant, known);
    this.#agenda.restoreSlots(known.state.running);
    return known;
  }
}
