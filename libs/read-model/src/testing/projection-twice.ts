import type { RecordedEvent } from '@tidemark/event-store';
import { fold, keyed, ABSENT, type Entry } from '../fold.js';
import type { Projection, ViewDocument } from '../port.js';

/**
 * The documents by id after the events, for a projection's own test.
 *
 * Folds them twice: all at once, and event by event with every document frozen, written and read back as JSON in
 * between, as a store does. A pure projection with JSON documents yields the same documents both times.
 * @throws Error naming the first document that differs · TypeError when `evolve` changes its arguments
 */
export function projectionTwice<D extends ViewDocument>(
  projection: Projection<D>,
  events: readonly RecordedEvent[],
): Map<string, D> {
  const frozen = events.map((event) => deepFreeze(structuredClone(event)));
  const once = run(projection, [frozen]);
  const again = run(
    projection,
    frozen.map((event) => [event]),
  );
  for (const id of new Set([...once.keys(), ...again.keys()])) {
    const [first, second] = [JSON.stringify(once.get(id)), JSON.stringify(again.get(id))];
    if (first !== second) throw new Error(`${projection.name}: ${id} is ${first}, and ${second} when run again`);
  }
  return once;
}

function run<D extends ViewDocument>(projection: Projection<D>, batches: (readonly RecordedEvent[])[]): Map<string, D> {
  const entries = new Map<string, Entry>();
  for (const batch of batches) {
    for (const [id, { document, position }] of fold(
      projection,
      keyed(projection, batch).events,
      (id) => entries.get(id) ?? ABSENT,
    )) {
      if (document && document.id !== id)
        throw new Error(`${projection.name}: the document of ${id} has the id ${document.id}`);
      entries.set(id, { document: document && deepFreeze(JSON.parse(JSON.stringify(document)) as D), position });
    }
  }
  const documents = [...entries].filter(([, { document }]) => document !== null);
  return new Map(documents.map(([id, { document }]) => [id, document as D]));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
