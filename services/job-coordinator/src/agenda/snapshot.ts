import { occupied, type Admitted, type Slot } from '../admission/admission.js';
import type { LiveJob, LiveJobs } from './live-jobs.js';
import type { Slots } from './slots.js';

/** The state of a tenant that admission decides on, at one moment. */
export interface TenantSnapshot {
  /** Jobs whose slots are no longer needed. */
  readonly released: readonly string[];
  /** Those of them that ended before this coordinator began, perhaps before their connections recorded their end. */
  readonly unconfirmed: readonly string[];
  /** The jobs that may be admitted, in the order of their turns: one per lane, no more than there are free slots. */
  readonly candidates: readonly Admitted[];
  /** Jobs at the heads of their queues that may not start now. */
  readonly held: readonly string[];
}

/** How long a slot may be reserved before its job is created, in milliseconds. */
const RESERVATION_MS = 30_000;

interface Standings {
  readonly jobs: Pick<LiveJobs, 'get'>;
  readonly slots: Slots;
  /** The end of the window that keeps the job from starting. */
  heldUntil(job: LiveJob): number | undefined;
}

/** The tenant's jobs beside the slots that its admission stream has given out. Its cost does not grow with the queue. */
export function tenantSnapshot(
  agenda: Standings,
  tenant: string,
  running: ReadonlyMap<string, Slot>,
  { at, cap }: { readonly at: number; readonly cap: number },
): TenantSnapshot {
  const { jobs, slots } = agenda;
  const released: string[] = [];
  const unconfirmed: string[] = [];
  const admissible: LiveJob[] = [];
  const held: string[] = [];
  for (const [jobId, slot] of running) {
    const job = jobs.get(jobId);
    if (!needsSlot(job, slot, at)) released.push(jobId);
    else if (job && slot.reserved && slots.nextOf(tenant, slot.connectionId) === jobId) admissible.push(job);
    if (!job && !slot.reserved) unconfirmed.push(jobId);
  }
  const { busy, free } = occupied(running, released, cap);
  const most = admissible.length + free;
  for (const lane of slots.waitingLanes(tenant)) {
    if (admissible.length >= most) break;
    const next = busy.has(lane) ? undefined : slots.nextOf(tenant, lane);
    const job = next === undefined ? undefined : jobs.get(next);
    if (!job) continue;
    if (agenda.heldUntil(job) === undefined) admissible.push(job);
    else held.push(job.id);
  }
  return { released, unconfirmed, held, candidates: admissible.map(admittedOf) };
}

function needsSlot(job: LiveJob | undefined, { reserved, attempt, since }: Slot, at: number): boolean {
  if (reserved) return job ? job.attempt === 1 && job.phase !== 'claimed' : at - since < RESERVATION_MS;
  return job !== undefined && job.phase !== 'released' && job.attempt === attempt;
}

/** The job as admission records it: slots are distinguished by lane. */
export const admittedOf = ({ id: jobId, lane, attempt, stage, origin }: LiveJob): Admitted => ({
  jobId,
  connectionId: lane,
  attempt,
  service: stage.service,
  stage: stage.name,
  ...(origin && { origin }),
});
