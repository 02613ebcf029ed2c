import { TidemarkError } from '@tidemark/contracts';
import { Conflict, loadSnapshot, type EventStore, type Snapshot } from '@tidemark/event-store';
import { BoundedCache, uuidv7, type Clock, type Daemon } from '@tidemark/foundation';
import {
  admissionStream,
  evolveAdmission,
  isWholeSet,
  type AdmissionEvent,
  type AdmissionState,
} from '../admission/admission.js';
import { admissionDecider, decideAdmission, type AdmissionCommand } from '../admission/admission.decide.js';
import type { Agenda } from '../agenda/agenda.js';

const RETRY_MS = 1000;
/** Tenants whose places are kept in memory. */
const REMEMBERED = 10_000;

type Known = Snapshot<AdmissionState>;

/**
 * Gives places to those who wait: one decision for a whole tenant at a time, one in flight per tenant. Coordinators
 * that decide at the same time meet in the stream's revision; the slower one looks again.
 */
export class Admission implements Daemon {
  private readonly known = new BoundedCache<Known>(REMEMBERED);
  private readonly inFlight = new Map<string, Promise<void>>();
  private readonly again = new Set<string>();
  /** Called at the next wake: the agenda moved on. */
  private waiting: (() => void)[] = [];
  /** Next passes, by tenant, after one that failed. */
  private readonly retries = new Map<string, unknown>();
  private running = false;
  private stopped = false;

  constructor(
    private readonly eventStore: EventStore,
    private readonly agenda: Agenda,
    private readonly time: Clock,
    private readonly cap: (tenant: string) => number,
    /** Makes sure that the connection of a job that has ended knows it. */
    private readonly commitEnd: (tenant: string, jobId: string) => Promise<void>,
    private readonly onError: (error: Error) => void,
  ) {}

  start(): void {
    this.running = !this.stopped;
    this.wake();
  }

  /** Looks at every tenant in which something changed. Cheap when nothing did. */
  wake(): void {
    if (this.running) {
      for (const tenant of this.agenda.dirty) this.consider(tenant);
      this.agenda.dirty.clear();
    }
    for (const resume of this.waiting.splice(0)) resume();
  }

  /** Takes a place for a job that is about to be created. @throws TidemarkError TOO_MANY_CONCURRENT_SYNCS · CONNECTION_BUSY */
  async reserve(tenant: string, jobId: string, connectionId: string): Promise<void> {
    const { agenda, time } = this;
    if (agenda.retryingOf(connectionId))
      throw new TidemarkError('CONNECTION_BUSY', `connection ${connectionId} has a job between two tries`);
    await this.change(tenant, () => ({
      type: 'ReservePlace',
      data: {
        at: time.now(),
        cap: this.cap(tenant),
        jobId,
        connectionId,
        holds: (id, place) => agenda.holds(id, place),
      },
    }));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.running = false;
    for (const timer of this.retries.values()) this.time.clearTimeout(timer);
    this.wake();
    await Promise.allSettled(this.inFlight.values());
  }

  private consider(tenant: string): void {
    if (!this.running) return;
    if (this.inFlight.has(tenant)) {
      this.again.add(tenant);
      return;
    }
    const pass = this.pass(tenant)
      .catch((error: Error) => {
        this.onError(error);
        this.retryLater(tenant);
      })
      .finally(() => {
        this.inFlight.delete(tenant);
        if (this.again.delete(tenant)) this.consider(tenant);
      });
    this.inFlight.set(tenant, pass);
  }

  private retryLater(tenant: string): void {
    if (!this.running) return;
    this.time.clearTimeout(this.retries.get(tenant));
    const retry = () => {
      this.retries.delete(tenant);
      this.consider(tenant);
    };
    this.retries.set(tenant, this.time.setTimeout(retry, RETRY_MS));
  }

  private async pass(tenant: string): Promise<void> {
    if (!this.agenda.somebodyWaits(tenant)) return;
    await this.change(tenant, () => ({
      type: 'AdmitJobs',
      data: {
        at: this.time.now(),
        cap: this.cap(tenant),
        candidates: this.agenda.candidates(tenant),
        holds: (jobId, place) => this.agenda.holds(jobId, place),
      },
    }));
  }

  private async change(tenant: string, command: () => AdmissionCommand): Promise<void> {
    const settled = new Set<string>();
    for (;;) {
      const known = this.known.get(tenant) ?? (await this.load(tenant));
      // The agenda must have seen the places' last change before it can tell who needs theirs no more.
      if (this.agenda.position < known.position && !this.stopped) {
        await new Promise<void>((resolve) => this.waiting.push(resolve));
        continue;
      }
      const unknown = this.unknownAmong(known.state).filter((jobId) => !settled.has(jobId));
      if (unknown.length > 0) {
        await Promise.all(unknown.map((jobId) => this.commitEnd(tenant, jobId)));
        for (const jobId of unknown) settled.add(jobId);
        continue;
      }
      const events = decideAdmission(command(), known.state);
      if (events.length === 0) return;
      try {
        await this.append(tenant, known, events);
        return;
      } catch (error) {
        this.known.delete(tenant);
        if (!(error instanceof Conflict)) throw error;
      }
    }
  }

  /** Those with a place who ended before the agenda began: perhaps before their connections were told. */
  private unknownAmong({ running }: AdmissionState): string[] {
    return Array.from(running)
      .filter(([jobId, { reserved }]) => !reserved && !this.agenda.jobs.has(jobId))
      .map(([jobId]) => jobId);
  }

  private async append(tenant: string, known: Known, events: readonly AdmissionEvent[]): Promise<void> {
    const metadata = { tenant, actor: 'coordinator' };
    const stored = events.map((event) => ({ ...event, id: uuidv7(), metadata }));
    const expected = known.revision === -1 ? 'no_stream' : known.revision;
    const { revision, position } = await this.eventStore.append(admissionStream.of(tenant), stored, expected);
    this.known.set(tenant, { state: events.reduce(evolveAdmission, known.state), revision, position });
    // At once, not when the log comes round: the next decision must not offer the same job again.
    for (const event of events) this.agenda.applyAdmission(event);
  }

  private async load(tenant: string): Promise<Known> {
    const stream = admissionStream.of(tenant);
    const known = await loadSnapshot(this.eventStore, admissionStream, admissionDecider, stream, {
      isWhole: isWholeSet,
    });
    this.known.set(tenant, known);
    this.agenda.restorePlaces(known.state.running);
    return known;
  }
}
