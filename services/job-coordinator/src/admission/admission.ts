import { stream, type Fact, type Origin } from '@tidemark/contracts';
import { Anything, JsonObject, ListOf, Nested, Shape, Text, text, WholeNumber } from '@tidemark/contracts/fields';

/**
 * Which jobs of a tenant hold its concurrency slots: a stream `admission-<tenant>`, private to the coordinators. Each
 * event says which jobs got a slot and which released one; at intervals one carries the whole set, so that reading back to
 * the last whole set is enough. Old and new coordinators share the stream, so its events keep their names and fields.
 */

/** A slot that a job of the tenant holds. */
export interface Slot {
  /** Or the lane beside it: one job of each holds a slot. */
  readonly connectionId: string;
  readonly attempt: number;
  /** Reserved before the job exists, for `whenBusy: 'reject'`. */
  readonly reserved: boolean;
  readonly since: number;
}

export interface Admitted {
  readonly jobId: string;
  readonly connectionId: string;
  readonly attempt: number;
  readonly service: string;
  readonly stage: string;
  /** Of the job: the jobs in one event can have different ones. */
  readonly origin?: Origin;
}

export type PlacesChanged = Fact<
  'PlacesChanged',
  {
    /** These start now. */
    readonly admitted: readonly Admitted[];
    readonly reserved?: { readonly jobId: string; readonly connectionId: string };
    readonly released: readonly string[];
    /** The whole set after this event, when the event carries it. */
    readonly running?: readonly (readonly [jobId: string, slot: Slot])[];
  }
>;

export type AdmissionEvent = PlacesChanged;

@Shape()
class AdmittedData implements Admitted {
  @Text() readonly jobId!: string;
  @Text() readonly connectionId!: string;
  @WholeNumber() readonly attempt!: number;
  @Text() readonly service!: string;
  @Text() readonly stage!: string;
  @JsonObject({ optional: true }) readonly origin?: Origin;
}

@Shape()
class ReservedData {
  @Text() readonly jobId!: string;
  @Text() readonly connectionId!: string;
}

@Shape()
class PlacesChangedData {
  @WholeNumber() readonly at!: number;
  @ListOf(() => AdmittedData) readonly admitted!: readonly AdmittedData[];
  @Nested(() => ReservedData, { optional: true }) readonly reserved?: ReservedData;
  @ListOf(text()) readonly released!: readonly string[];
  @Anything({ optional: true }) readonly running?: unknown;
}

/** `admission-<tenant>` */
export const admissionStream = stream<AdmissionEvent>('admission', { PlacesChanged: PlacesChangedData });

export interface AdmissionState {
  /** By job id. */
  readonly running: ReadonlyMap<string, Slot>;
  /** Events since the last one with the whole set. */
  readonly sinceWhole: number;
}

export const emptyAdmission: AdmissionState = { running: new Map(), sinceWhole: 0 };

export function evolveAdmission(state: AdmissionState, { data }: AdmissionEvent): AdmissionState {
  if (data.running) return { running: new Map(data.running), sinceWhole: 0 };
  return { running: slotsAfter(state.running, data), sinceWhole: state.sinceWhole + 1 };
}

/** The event carries the whole set. */
export const isWholeSet = ({ data }: AdmissionEvent): boolean => data.running !== undefined;

/** The slots after some jobs have released theirs and others have got one. */
export function slotsAfter(
  before: ReadonlyMap<string, Slot>,
  { at, admitted, reserved, released }: PlacesChanged['data'],
): Map<string, Slot> {
  const running = new Map(before);
  for (const jobId of released) running.delete(jobId);
  for (const { jobId, connectionId, attempt } of admitted)
    running.set(jobId, { connectionId, attempt, reserved: false, since: at });
  if (reserved)
    running.set(reserved.jobId, { connectionId: reserved.connectionId, attempt: 0, reserved: true, since: at });
  return running;
}

/** The connections that hold a slot, and the number of free slots, once these jobs have released theirs. */
export function occupied(running: ReadonlyMap<string, Slot>, released: readonly string[], cap: number) {
  const gone = new Set(released);
  const busy = new Set<string>();
  let count = 0;
  for (const [jobId, { connectionId }] of running) {
    if (gone.has(jobId)) continue;
    busy.add(connectionId);
    count += 1;
  }
  return { busy, free: cap - count };
}
