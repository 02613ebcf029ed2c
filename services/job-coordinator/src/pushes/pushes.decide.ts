import { TidemarkError, type Pushed, type PushEvent, type RecordDigest } from '@tidemark/contracts';
import type { Decider } from '@tidemark/event-store';
import { uuidv5 } from '@tidemark/foundation/derived-ids';
import { evolvePushes, hasSeen, keyOf, noPushes, wholeAfter, type Pushes } from './pushes.js';

/** Ids of one object that wait; with more, the object is read from its cursor instead. */
const MAX_IDS = 5000;
/** Blobs of records that wait. */
export const MAX_RECORDS = 5000;
/** Bytes of what one job is given, as JSON: it is part of the job's first event. */
const MAX_JOB_BYTES = 48_000;
/** At least this many events lie between two that carry the whole state. */
const WHOLE_EVERY = 100;
/** A message may be lost: what waits for longer is announced again. */
const ANNOUNCE_AGAIN_MS = 60_000;

export interface PushedDelivery {
  /** What the delivery is remembered by; null: nothing recognises a repetition. */
  readonly digest: string | null;
  readonly objects: readonly Pushed[];
  /** Of the records in the blobs; nothing is recorded when some of them are known. */
  readonly records?: readonly RecordDigest[];
}

export interface RecordPushes {
  readonly type: 'RecordPushes';
  readonly data: { readonly tenant: string; readonly deliveries: readonly PushedDelivery[]; readonly at: number };
}

export interface TakePushes {
  readonly type: 'TakePushes';
  readonly data: { readonly connectionId: string; readonly at: number };
}

export type PushCommand = RecordPushes | TakePushes;

export const pushDecider: Decider<Pushes, PushCommand, PushEvent> = {
  initialState: () => noPushes,
  evolve: evolvePushes,
  decide: (command, pushes) => (command.type === 'RecordPushes' ? record(command, pushes) : take(command, pushes)),
};

function record({ data: { tenant, deliveries, at } }: RecordPushes, pushes: Pushes): PushEvent[] {
  const digests = new Set<string>();
  const objects = new Map<string, Pushed>();
  const contents = new Map<string, string>();
  for (const { digest, objects: pushed, records = [] } of deliveries) {
    if (digest !== null && (digests.has(digest) || hasSeen(pushes, digest))) continue;
    if (knownOf(records, pushes, contents).length > 0) continue;
    for (const { key, hash } of records) contents.set(key, hash);
    if (digest !== null) digests.add(digest);
    for (const one of pushed)
      if (one.records !== undefined || !pushes.waiting.has(keyOf(one))) {
        objects.delete(keyOf(one));
        objects.set(keyOf(one), one);
      }
  }
  const held = [...pushes.waiting.values(), ...objects.values()].filter(({ records }) => records !== undefined);
  if (held.length > MAX_RECORDS && [...objects.values()].some(({ records }) => records !== undefined))
    throw new TidemarkError('QUEUE_FULL', `${MAX_RECORDS} pushes of records wait for this connection's jobs`);
  if (digests.size === 0 && objects.size === 0) return [];
  const announced = pushes.waiting.size === 0 || Math.abs(at - pushes.announcedAt) >= ANNOUNCE_AGAIN_MS;
  const records = contents.size > 0 ? { records: [...contents].map(([key, hash]) => ({ key, hash })) } : {};
  const data = { tenant, deliveries: [...digests], objects: few(objects, pushes), ...records, announced, at };
  return [{ type: 'ObjectsPushed', data }];
}

/** Keys of the records whose content is the one that was pushed last. */
export const knownOf = (
  records: readonly RecordDigest[],
  { contents }: Pick<Pushes, 'contents'>,
  newer: ReadonlyMap<string, string> = new Map(),
): readonly string[] =>
  records.flatMap(({ key, hash }) => ((newer.get(key) ?? contents.get(key)) === hash ? [key] : []));

/** Too many ids of one object become the object as a whole. */
function few(objects: ReadonlyMap<string, Pushed>, { waiting }: Pushes): Pushed[] {
  const counts = new Map<string, number>();
  for (const { object, externalId } of [...waiting.values(), ...objects.values()])
    if (externalId !== undefined) counts.set(object, (counts.get(object) ?? 0) + 1);
  const kept = [...objects.values()].filter(
    ({ object, externalId }) => externalId === undefined || counts.get(object)! <= MAX_IDS,
  );
  const whole = [...counts].flatMap(([object, count]) => (count > MAX_IDS ? [{ object }] : []));
  return [...kept, ...whole.filter((one) => !waiting.has(keyOf(one)))];
}

/** The first of what waits, as much as fits into a job. Records that were pushed and objects to be read are jobs of their own. */
function take({ data: { connectionId, at } }: TakePushes, pushes: Pushes): PushEvent[] {
  const { tenant, waiting } = pushes;
  if (tenant === null || waiting.size === 0) return [];
  const pushed: Pushed[] = [];
  let bytes = 0;
  let count = 0;
  for (const one of waiting.values()) {
    if (pushed.length > 0 && (one.records === undefined) !== (pushed[0]!.records === undefined)) break;
    bytes += JSON.stringify(one).length + 1;
    if (bytes > MAX_JOB_BYTES && count > 0) break;
    count++;
    pushed.push(one);
  }
  const jobId = uuidv5('pushes', connectionId, pushes.taken?.jobId ?? '', [...waiting.keys()][0]!, pushes.since);
  const isDue = pushes.sinceWhole >= WHOLE_EVERY && pushes.sinceWhole * 10 >= seenCount(pushes);
  const whole = isDue ? { whole: wholeAfter(pushes, count) } : {};
  return [{ type: 'PushesTaken', data: { tenant, jobId, pushed: withoutCovered(pushed), count, ...whole, at } }];
}

/** An object that is read as a whole needs no ids. */
function withoutCovered(pushed: readonly Pushed[]): Pushed[] {
  const whole = new Set(
    pushed.flatMap(({ object, externalId, records }) =>
      externalId === undefined && records === undefined ? [object] : [],
    ),
  );
  return pushed.filter(({ object, externalId }) => externalId === undefined || !whole.has(object));
}

const seenCount = ({ seen }: Pushes) => seen.reduce((sum, { size }) => sum + size, 0);
