import { connectionStream, jobStream } from '@tidemark/contracts';
import { categoryOf, type RecordedEvent } from '@tidemark/event-store';
import { messageOf, SetAside, type Conditions } from '@tidemark/foundation';
import { counter } from '@tidemark/telemetry';
import { admissionStream } from './admission/admission.js';
import type { Agenda } from './agenda/agenda.js';

const setAside = counter('tidemark_set_aside_total', 'Streams whose stored events this version cannot fold, by kind');

/**
 * The jobs, connections and admissions whose stored events this version cannot fold. Each stands still, with its reason in
 * the health, until a version that can fold it starts; nothing else waits for it.
 */
export class StandingStill {
  readonly #jobs: SetAside;
  readonly #connections: SetAside;
  readonly #admissions: SetAside;

  constructor(
    private readonly agenda: Agenda,
    conditions: Conditions,
  ) {
    this.#jobs = new SetAside(conditions, 'jobs set aside');
    this.#connections = new SetAside(conditions, 'connections set aside');
    this.#admissions = new SetAside(conditions, 'admissions set aside');
  }

  job(jobId: string, error: unknown): void {
    this.agenda.setAsideJob(jobId);
    this.#note('job', this.#jobs, jobId, error);
  }

  /** Its jobs are dropped from the agenda: none could start from its cursor, or commit one. */
  connection(connectionId: string, error: unknown): void {
    this.agenda.setAsideConnection(connectionId);
    this.#note('connection', this.#connections, connectionId, error);
  }

  /** No job of the tenant is admitted. */
  admission(tenant: string, error: unknown): void {
    this.#note('admission', this.#admissions, tenant, error);
  }

  /** A stored event that the agenda could not fold. */
  stream({ stream, revision, type }: RecordedEvent, cause: unknown): void {
    const error = new Error(`event ${revision} (${type}) cannot be read: ${messageOf(cause)}`, { cause });
    const category = categoryOf(stream);
    if (category === jobStream.category) this.job(jobStream.idOf(stream), error);
    else if (category === connectionStream.category) this.connection(connectionStream.idOf(stream), error);
    else this.admission(admissionStream.idOf(stream), error);
  }

  #note(kind: string, known: SetAside, id: string, error: unknown): void {
    if (known.add(id, messageOf(error))) setAside.add(1, { kind });
  }
}
