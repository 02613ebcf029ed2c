import { stream, type Fact, type Origin } from '@tidemark/contracts';

/**
 * Which jobs of a tenant may run: a stream `admission-<tenant>`, private to the coordinators. Each event tells who came
 * in and who went out; every so often it carries the whole set, so that reading back to the last whole set is enough.
 */

/** A job that holds one of its tenant's places. */
export interface Place {
  readonly connectionId: string;
  readonly attempt: number;
  /** Taken before the job exists, for a caller who would rather be refused than wait. */
  readonly reserved: boolean;
  readonly since: number;
}

export interface Admitted {
  readonly jobId: string;
  readonly connectionId: string;
  readonly attempt: number;
  readonly service: string;
  readonly stage: string;
  /** Of the job: one event tells of jobs with different ones. */
  readonly origin?: Origin;
}

export type PlacesChanged = Fact<
  'PlacesChanged',
  {
    /** These start now. */
    readonly admitted: readonly Admitted[];
    readonly reserved?: { readonly jobId: string; readonly connectionId: string };
    readonly released: readonly string[];
    /** The whole set after this event, when it is there. */
    readonly running?: readonly (readonly [jobId: string, place: Place])[];
  }
>;

export type AdmissionEvent = PlacesChanged;

/** `admission-<tenant>` */
export const admissionStream = stream<AdmissionEvent>('admission', { PlacesChanged: true });

export interface AdmissionState {
  /** By job id. */
  readonly running: ReadonlyMap<string, Place>;
  /** Events since the last one with the whole set. */
  readonly sinceWhole: number;
}

export const nobodyAdmitted: AdmissionState = { running: new Map(), sinceWhole: 0 };

export function evolveAdmission(state: AdmissionState, { data }: AdmissionEvent): AdmissionState {
  if (data.running) return { running: new Map(data.running), sinceWhole: 0 };
  return { running: apply(state.running, data), sinceWhole: state.sinceWhole + 1 };
}

/** The event alone tells the whole set. */
export const isWholeSet = ({ data }: AdmissionEvent): boolean => data.running !== undefined;

/** The set of places after who went out and who came in. */
export function apply(
  before: ReadonlyMap<string, Place>,
  { at, admitted, reserved, released }: PlacesChanged['data'],
): Map<string, Place> {
  const running = new Map(before);
  for (const jobId of released) running.delete(jobId);
  for (const { jobId, connectionId, attempt } of admitted)
    running.set(jobId, { connectionId, attempt, reserved: false, since: at });
  if (reserved)
    running.set(reserved.jobId, { connectionId: reserved.connectionId, attempt: 0, reserved: true, since: at });
  return running;
}
