import { TidemarkError } from '@tidemark/contracts';
import { connectionOf } from '../admission/lanes.js';
import type { Agenda } from '../agenda/agenda.js';

/** Jobs of one connection that may wait. */
export const MAX_WAITING = 100;

/**
 * Keeps the queue of a lane short. Counts the jobs on the agenda and those created here that have yet to reach it;
 * each further coordinator can exceed the limit by what it creates at the same moment.
 */
export class QueueLimit {
  readonly #agenda: Pick<Agenda, 'slots' | 'jobs' | 'position'>;
  /** By lane: the created jobs and the log positions at which the agenda knows them. */
  readonly #created = new Map<string, Map<string, number>>();

  constructor(agenda: Pick<Agenda, 'slots' | 'jobs' | 'position'>) {
    this.#agenda = agenda;
  }

  /** Creates a job that may wait. @throws TidemarkError QUEUE_FULL */
  async within<Created extends { readonly position: number }>(
    lane: string,
    jobId: string,
    create: () => Promise<Created>,
  ): Promise<Created> {
    const created = this.#unknown(lane);
    if (this.#agenda.slots.countWaiting(lane) + created.size >= MAX_WAITING)
      throw new TidemarkError(
        'QUEUE_FULL',
        `connection ${connectionOf(lane)} has ${MAX_WAITING} jobs waiting, which is the limit: wait for some, or cancel them`,
      );
    this.#created.set(lane, created.set(jobId, Infinity));
    try {
      const result = await create();
      created.set(jobId, result.position);
      return result;
    } catch (error) {
      created.delete(jobId);
      throw error;
    } finally {
      this.#unknown(lane);
    }
  }

  /** The created jobs that have yet to reach the agenda. */
  #unknown(lane: string): Map<string, number> {
    const created = this.#created.get(lane) ?? new Map<string, number>();
    for (const [jobId, position] of created)
      if (position <= this.#agenda.position || this.#agenda.jobs.has(jobId)) created.delete(jobId);
    if (created.size === 0) this.#created.delete(lane);
    return created;
  }
}
