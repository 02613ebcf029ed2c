import { isJsonObject } from '@tidemark/foundation';
import { misfit } from './fields/misfit.js';
import type { Shape } from './fields/shape.js';

/** The parts of a stored event that its stream needs. */
export interface StoredEvent {
  readonly type: string;
  readonly data: unknown;
}

/** The streams of one kind, `<category>-<id>`, and how this version of the program reads their stored events. */
export interface Stream<Event extends StoredEvent> {
  /** The part of the names before the first `-`. */
  readonly category: string;
  /** Every type of event that this version knows. */
  readonly types: readonly Event['type'][];
  /** The name of the stream with this id. */
  of(id: string): string;
  /** The id in the name of one of these streams. */
  idOf(name: string): string;
  /**
   * The stored event in its current shape; undefined when this version does not know it: an unknown type, or a newer
   * shape of a known one. Readers skip those. Never throws.
   */
  read<Stored extends StoredEvent>(stored: Stored): (Event & Stored) | undefined;
  /** As `read`, for decisions. @throws TypeError when this version knows the event, yet its data has not its shape */
  readChecked<Stored extends StoredEvent>(stored: Stored): (Event & Stored) | undefined;
}

/** Brings an event's data to the next shape, or to the current one; undefined when it cannot. */
type Upcaster<Data> = (data: never) => Data | undefined;

/**
 * How an event that was once stored in other shapes is brought to the current one:
 * - an upcaster: shapes without a version, which it distinguishes by their fields; it also receives the current one;
 * - upcasters from version 1 to 2, from 2 to 3, and so on to the current one.
 */
type Upcasters<Data> = Upcaster<Data> | readonly [...Upcaster<unknown>[], Upcaster<Data>];

/** Every type of event has a row: the shape of its data, where that is declared. */
type EventTable<Event extends StoredEvent> = { readonly [Type in Event['type']]: true | (new () => object) };

type UpcasterTable<Event extends StoredEvent> = {
  readonly [Type in Event['type']]?: Upcasters<Extract<Event, { readonly type: Type }>['data']>;
};

/**
 * Declares the streams of a category and their events, one row for each type. `data.version` is the version of the shape
 * that an event was stored in, 1 when it is missing. A shape that only gains optional fields keeps its version.
 */
export function stream<Event extends StoredEvent>(
  category: string,
  events: EventTable<Event>,
  { upcast: upcasters = {} }: { readonly upcast?: UpcasterTable<Event> } = {},
): Stream<Event> {
  const prefix = `${category}-`;
  const rows = new Map(
    Object.keys(events).map((type) => [type, rowOf((upcasters as { [type: string]: Upcasters<unknown> })[type])]),
  );
  const read = <Stored extends StoredEvent>(stored: Stored) => {
    const row = rows.get(stored.type);
    if (row === undefined || !isJsonObject(stored.data)) return undefined;
    const { version = 1 } = stored.data as { readonly version?: unknown };
    const event = version === row.asStored ? stored : upcast(stored, row, version);
    return event as (Event & Stored) | undefined;
  };
  return {
    category,
    types: [...rows.keys()],
    of: (id) => prefix + id,
    idOf: (name) => name.slice(prefix.length),
    read,
    readChecked<Stored extends StoredEvent>(stored: Stored) {
      const event = read(stored);
      if (event) assertFits((events as { [type: string]: true | Shape })[stored.type]!, event);
      else if (rows.has(stored.type) && !isJsonObject(stored.data)) throw new TypeError(`${stored.type} has no data`);
      return event;
    },
  };
}

function assertFits(shape: true | Shape, { type, data }: StoredEvent): void {
  const field = shape === true ? undefined : misfit(shape, data as object);
  if (field !== undefined) throw new TypeError(`${type}: ${field} has not the type that this version expects`);
}

interface Row {
  readonly newest: number;
  /** The version that needs no upcaster; 0 when they all do. */
  readonly asStored: number;
  readonly upcasters: readonly Upcaster<unknown>[];
}

function rowOf(shapes: Upcasters<unknown> | undefined): Row {
  if (shapes === undefined) return { newest: 1, asStored: 1, upcasters: [] };
  if (typeof shapes === 'function') return { newest: 1, asStored: 0, upcasters: [shapes] };
  return { newest: shapes.length + 1, asStored: shapes.length + 1, upcasters: shapes };
}

function upcast(stored: StoredEvent, { newest, upcasters }: Row, version: unknown): StoredEvent | undefined {
  if (!Number.isInteger(version) || Number(version) < 1 || Number(version) > newest) return undefined;
  try {
    let { data } = stored;
    for (const next of upcasters.slice(Number(version) - 1)) {
      data = next(data as never);
      if (data === undefined) return undefined;
    }
    return { ...stored, data };
  } catch {
    return undefined; // not the shape that the upcaster was written for
  }
}
