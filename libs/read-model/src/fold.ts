import { categoryOf, type RecordedEvent } from '@tidemark/event-store';
import type { Projection, ViewDocument } from './port.js';

/** The state of one id: its document (null when absent or removed) after the event at `position` (-1: none). */
export interface Entry {
  readonly document: ViewDocument | null;
  readonly position: number;
}

export const ABSENT: Entry = { document: null, position: -1 };

/** An event as the projection knows it, with the ids that it touches, so that `read` and `keys` run once an event. */
export interface KeyedEvent {
  readonly event: RecordedEvent;
  readonly keys: readonly string[];
}

/** The known events that touch a document, and every id touched. */
export function keyed<D extends ViewDocument>(
  projection: Projection<D>,
  events: readonly RecordedEvent[],
): { events: KeyedEvent[]; ids: Set<string> } {
  const ids = new Set<string>();
  const touching: KeyedEvent[] = [];
  for (const recorded of events) {
    const category = categoryOf(recorded.stream);
    const event = projection.streams.find((stream) => stream.category === category)?.read(recorded);
    if (!event) continue;
    const keys = projection.keys(event);
    if (keys.length === 0) continue;
    touching.push({ event, keys });
    for (const key of keys) ids.add(key);
  }
  return { events: touching, ids };
}

/**
 * The entries that the events change. An event at or before an entry's position was already folded and is skipped,
 * so that replayed and overlapping batches change nothing. Touches no state: a throwing fold leaves nothing behind.
 */
export function fold<D extends ViewDocument>(
  projection: Projection<D>,
  events: readonly KeyedEvent[],
  stored: (id: string) => Entry,
): Map<string, Entry> {
  const changed = new Map<string, Entry>();
  for (const { event, keys } of events) {
    for (const key of keys) {
      const before = changed.get(key) ?? stored(key);
      if (event.position <= before.position) continue;
      const document = projection.evolve(before.document as D | null, event, key);
      changed.set(key, { document, position: event.position });
    }
  }
  return changed;
}
