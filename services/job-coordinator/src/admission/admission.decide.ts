import { TidemarkError } from '@tidemark/contracts';
import type { Command, Decider } from '@tidemark/event-store';
import {
  apply,
  evolveAdmission,
  nobodyAdmitted,
  type Admitted,
  type AdmissionEvent,
  type AdmissionState,
  type Place,
  type PlacesChanged,
} from './admission.js';

/** Gives free places to those who wait. */
export type AdmitJobs = Command<
  'AdmitJobs',
  {
    /** Jobs of the tenant that may run at once. */
    readonly cap: number;
    /** Those who wait, in the order of their turn: at most one job per connection. */
    readonly candidates: Iterable<Admitted>;
    /** Whether the job still needs the place it holds. */
    readonly holds: (jobId: string, place: Place) => boolean;
  }
>;

/** Takes a place for a job that is about to be created, or throws TOO_MANY_CONCURRENT_SYNCS or CONNECTION_BUSY. */
export type ReservePlace = Command<
  'ReservePlace',
  {
    readonly cap: number;
    readonly jobId: string;
    readonly connectionId: string;
    readonly holds: (jobId: string, place: Place) => boolean;
  }
>;

export type AdmissionCommand = AdmitJobs | ReservePlace;

export const admissionDecider: Decider<AdmissionState, AdmissionCommand, AdmissionEvent> = {
  initialState: () => nobodyAdmitted,
  evolve: evolveAdmission,
  decide: decideAdmission,
};

/** The whole set goes into every event while it is small, and into every 64th. */
const SMALL_SET = 8;
const WHOLE_EVERY = 64;

export function decideAdmission(command: AdmissionCommand, state: AdmissionState): AdmissionEvent[] {
  return command.type === 'AdmitJobs' ? admit(command, state) : reserve(command, state);
}

function admit({ data: { at, cap, candidates, holds } }: AdmitJobs, state: AdmissionState): AdmissionEvent[] {
  const { released, busy, free } = clear(state, cap, holds);
  const admitted: Admitted[] = [];
  let left = free;
  for (const candidate of candidates) {
    const place = state.running.get(candidate.jobId);
    const ownPlace = place?.reserved === true && !released.includes(candidate.jobId);
    if (!ownPlace && (left <= 0 || busy.has(candidate.connectionId))) {
      if (left <= 0 && !hasReservations(state)) break;
      continue;
    }
    admitted.push(candidate);
    busy.add(candidate.connectionId);
    if (!ownPlace) left -= 1;
  }
  // Who went out is told together with who comes in; alone it tells nobody anything.
  return admitted.length > 0 ? [changed(state, { at, admitted, released })] : [];
}

function reserve({ data }: ReservePlace, state: AdmissionState): AdmissionEvent[] {
  const { at, cap, jobId, connectionId, holds } = data;
  if (state.running.has(jobId)) return [];
  const { released, busy, free } = clear(state, cap, holds);
  if (busy.has(connectionId))
    throw new TidemarkError('CONNECTION_BUSY', `connection ${connectionId} already has a running job`);
  if (free <= 0) throw new TidemarkError('TOO_MANY_CONCURRENT_SYNCS', `${cap} jobs are running, the most allowed`);
  return [changed(state, { at, admitted: [], released, reserved: { jobId, connectionId } })];
}

/** The places as they are once those who need theirs no more are out. */
function clear(state: AdmissionState, cap: number, holds: AdmitJobs['data']['holds']) {
  const released: string[] = [];
  const busy = new Set<string>();
  for (const [jobId, place] of state.running) {
    if (holds(jobId, place)) busy.add(place.connectionId);
    else released.push(jobId);
  }
  return { released, busy, free: cap - (state.running.size - released.length) };
}

const hasReservations = ({ running }: AdmissionState) => Array.from(running.values()).some(({ reserved }) => reserved);

function changed(state: AdmissionState, data: PlacesChanged['data']): PlacesChanged {
  const running = apply(state.running, data);
  const whole = running.size <= SMALL_SET || state.sinceWhole + 1 >= WHOLE_EVERY;
  return { type: 'PlacesChanged', data: whole ? { ...data, running: [...running] } : data };
}
