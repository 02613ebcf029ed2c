import { TidemarkError } from '@tidemark/contracts';
import type { Command, Decider } from '@tidemark/event-store';
import {
  emptyAdmission,
  evolveAdmission,
  occupied,
  slotsAfter,
  type Admitted,
  type AdmissionEvent,
  type AdmissionState,
  type PlacesChanged,
} from './admission.js';
import { connectionOf } from './lanes.js';

/** Gives free slots to waiting jobs. */
export type AdmitJobs = Command<
  'AdmitJobs',
  {
    /** Jobs of the tenant that may run at once. */
    readonly cap: number;
    /** Jobs that no longer need the slots they hold. */
    readonly released: readonly string[];
    /** Waiting jobs in the order of their turns, one per connection at most; those that fit are admitted. */
    readonly candidates: readonly Admitted[];
  }
>;

/** Reserves a slot for a job that is about to be created, or throws TOO_MANY_CONCURRENT_SYNCS or CONNECTION_BUSY. */
export type ReserveSlot = Command<
  'ReserveSlot',
  {
    readonly cap: number;
    readonly released: readonly string[];
    readonly jobId: string;
    readonly connectionId: string;
  }
>;

/** Publishes the work of running jobs once more. */
export type OfferAgain = Command<
  'OfferAgain',
  {
    readonly released: readonly string[];
    readonly offered: readonly Admitted[];
  }
>;

export type AdmissionCommand = AdmitJobs | ReserveSlot | OfferAgain;

export const admissionDecider: Decider<AdmissionState, AdmissionCommand, AdmissionEvent> = {
  initialState: () => emptyAdmission,
  evolve: evolveAdmission,
  decide: decideAdmission,
};

/** Every event carries the whole set while it is small; after that, every 64th does. */
const SMALL_SET = 8;
const WHOLE_EVERY = 64;

export function decideAdmission(command: AdmissionCommand, state: AdmissionState): AdmissionEvent[] {
  switch (command.type) {
    case 'AdmitJobs':
      return admit(command, state);
    case 'ReserveSlot':
      return reserve(command, state);
    case 'OfferAgain': {
      const { at, released, offered: admitted } = command.data;
      return admitted.length > 0 ? [changed(state, { at, admitted, released })] : [];
    }
  }
}

function admit({ data: { at, cap, released, candidates } }: AdmitJobs, state: AdmissionState): AdmissionEvent[] {
  const { busy, free } = occupied(state.running, released, cap);
  const admitted: Admitted[] = [];
  let left = free;
  for (const candidate of candidates) {
    const { jobId, connectionId } = candidate;
    const hasSlot = state.running.get(jobId)?.reserved === true && !released.includes(jobId);
    if (!hasSlot && (left <= 0 || busy.has(connectionId))) continue;
    admitted.push(candidate);
    busy.add(connectionId);
    if (!hasSlot) left -= 1;
  }
  // A release alone has no consequences, so it is recorded together with the next admission.
  return admitted.length > 0 ? [changed(state, { at, admitted, released })] : [];
}

function reserve({ data }: ReserveSlot, state: AdmissionState): AdmissionEvent[] {
  const { at, cap, released, jobId, connectionId } = data;
  if (state.running.has(jobId)) return [];
  const { busy, free } = occupied(state.running, released, cap);
  if (busy.has(connectionId))
    throw new TidemarkError('CONNECTION_BUSY', `connection ${connectionOf(connectionId)} already has a running job`);
  if (free <= 0) throw new TidemarkError('TOO_MANY_CONCURRENT_SYNCS', `${cap} jobs are running, which is the limit`);
  return [changed(state, { at, admitted: [], released, reserved: { jobId, connectionId } })];
}

function changed(state: AdmissionState, data: PlacesChanged['data']): PlacesChanged {
  const running = slotsAfter(state.running, data);
  const whole = running.size <= SMALL_SET || state.sinceWhole + 1 >= WHOLE_EVERY;
  return { type: 'PlacesChanged', data: whole ? { ...data, running: [...running] } : data };
}
