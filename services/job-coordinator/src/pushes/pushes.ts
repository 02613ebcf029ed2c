import type { Pushed, PushEvent, PushesTaken, RecordDigest } from '@tidemark/contracts';

/** Deliveries that are recognised when they are repeated: the last ones, at least this many. */
export const REMEMBERED = 10_000;
const CHUNK = 500;

/** What was pushed for one connection. */
export interface Pushes {
  readonly tenant: string | null;
  /** Digests of past deliveries, the oldest first, in parts that are never changed once they are full. */
  readonly seen: readonly ReadonlySet<string>[];
  /** The content of the records that were pushed last, by the digest of their ids; the oldest first. */
  readonly contents: ReadonlyMap<string, string>;
  /** What no job has taken yet, without repetitions, by `keyOf`. */
  readonly waiting: ReadonlyMap<string, Pushed>;
  /** When the first of what waits arrived; milliseconds since the epoch. */
  readonly since: number;
  /** When a coordinator was last asked to look; milliseconds since the epoch. */
  readonly announcedAt: number;
  /** The last job that took some. */
  readonly taken: { readonly jobId: string; readonly pushed: readonly Pushed[] } | null;
  /** Events since the last one that carries the whole. */
  readonly sinceWhole: number;
}

export const noPushes: Pushes = {
  tenant: null,
  seen: [],
  contents: new Map(),
  waiting: new Map(),
  since: 0,
  announcedAt: 0,
  taken: null,
  sinceWhole: 0,
};

/** Records differ by their blob; a second push of an object says nothing new while the first waits. */
export const keyOf = ({ object, externalId, records }: Pushed): string => JSON.stringify([object, externalId, records]);

export const hasSeen = ({ seen }: Pick<Pushes, 'seen'>, delivery: string): boolean =>
  seen.some((part) => part.has(delivery));

export function evolvePushes(pushes: Pushes, event: PushEvent): Pushes {
  const { tenant, at } = event.data;
  const sinceWhole = pushes.sinceWhole + 1;
  if (event.type === 'ObjectsPushed') {
    const waiting = new Map(pushes.waiting);
    for (const one of event.data.objects) {
      // Records that were pushed again count from then on, whatever others came between.
      if (one.records !== undefined) waiting.delete(keyOf(one));
      if (!waiting.has(keyOf(one))) waiting.set(keyOf(one), one);
    }
    const since = pushes.waiting.size > 0 ? pushes.since : at;
    const announcedAt = event.data.announced ? at : pushes.announcedAt;
    const seen = remember(pushes.seen, event.data.deliveries);
    const contents = withContents(pushes.contents, event.data.records);
    return { ...pushes, tenant, seen, contents, waiting, since, announcedAt, sinceWhole };
  }
  const { jobId, pushed, count } = event.data;
  const taken = { jobId, pushed };
  const whole = wholeIn(event);
  if (whole) return { ...pushes, ...whole, tenant, since: at, taken, sinceWhole: 0 };
  return { ...pushes, tenant, waiting: new Map([...pushes.waiting].slice(count)), since: at, taken, sinceWhole };
}

function remember(seen: Pushes['seen'], deliveries: readonly string[]): Pushes['seen'] {
  let parts = seen;
  for (const delivery of deliveries) {
    const last = parts.at(-1);
    // A part is only ever added to by the fold that has just copied it.
    if (last !== undefined && last.size < CHUNK && parts !== seen) (last as Set<string>).add(delivery);
    else if (last !== undefined && last.size < CHUNK) parts = [...parts.slice(0, -1), new Set([...last, delivery])];
    else parts = [...parts, new Set([delivery])];
  }
  return parts.slice(-Math.ceil(REMEMBERED / CHUNK) - 1);
}

function withContents(contents: Pushes['contents'], records: readonly RecordDigest[] = []): Pushes['contents'] {
  if (records.length === 0) return contents;
  const next = new Map(contents);
  for (const { key, hash } of records) {
    next.delete(key);
    next.set(key, hash);
  }
  return next.size > REMEMBERED ? new Map([...next].slice(-REMEMBERED)) : next;
}

interface Whole {
  readonly seen: readonly string[];
  readonly contents: readonly RecordDigest[];
  readonly waiting: readonly Pushed[];
}

/** The state after an event that takes `count`, for the event to carry. */
export const wholeAfter = ({ seen, contents, waiting }: Pushes, count: number): Whole => ({
  seen: seen.flatMap((part) => [...part]),
  contents: [...contents].map(([key, hash]) => ({ key, hash })),
  waiting: [...waiting.values()].slice(count),
});

function wholeIn({ data }: PushesTaken): Pick<Pushes, 'seen' | 'contents' | 'waiting'> | undefined {
  if (!data.whole) return undefined;
  const { seen, contents, waiting } = data.whole as Whole;
  return {
    seen: remember([], seen),
    contents: withContents(new Map(), contents),
    waiting: new Map(waiting.map((one) => [keyOf(one), one])),
  };
}

export const isWhole = (event: PushEvent): boolean => event.type === 'PushesTaken' && event.data.whole !== undefined;
