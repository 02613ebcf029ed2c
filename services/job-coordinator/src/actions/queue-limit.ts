import { TidemarkError } from '@tidemark/contracts';
import type { Agenda } from '../agenda/agenda.js';

/** Jobs of one connection that may wait. */
export const MAX_WAITING = 100;

/**
 * Keeps the queue of a connection short. Counts the jobs on the agenda and those created here that have yet to reach it;
 * each further coordinator can exceed the limit by what it creates at the same moment.
 */
export class QueueLimit {
  readonly #agenda: Pick<Agenda, 'slots' | 'jobs' | 'position'>;
  /** By connection: the created jobs and the log positions at which the agenda knows them. */
  readonly #created = new Map<string, Map<string, number>>();

  constructor(agenda: Pick<Agenda, 'slots' | 'jobs' | 'position'>) {
    this.#agenda = agenda;
  }

  /** Creates a job that may wait. @throws TidemarkError QUEUE_FULL */
  async within<Created extends { readonly position: number }>(
    connectionId: string,
    jobId: string,
    create: () => Promise<Created>,
  ): Promise<Created> {
    const created = this.#unknown(connectionId);
    if (this.#agenda.slots.countWaiting(connectionId) + created.size >= MAX_WAITING)
      throw new TidemarkError(
        'QUEUE_FULL',
        `connection ${connectionId} has ${MAX_WAITING} jobs waiting, which is the limit: wait for some, or cancel them`,
      );
    this.#created.set(connectionId, created.set(jobId, Infinity));
    try {
      const result = await create();
      created.set(jobId, result.position);
      return result;
    } catch (error) {
      created.delete(jobId);
      throw error;
    } finally {
      this.#unknown(connectionId);
    }
  }

  /** The created jobs that have yet to reach the agenda. */
  #unknown(connectionId: string): Map<string, number> {
    const created = this.#created.get(connectionId) ?? new Map<string, number>();
    for (const [jobId, position] of created)
      if (position <= this.#agenda.position || this.#agenda.jobs.has(jobId)) created.delete(jobId);
    if (created.size === 0) this.#created.delete(connectionId);
    return created;
  }
}
