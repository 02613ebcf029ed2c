import type { DomainEvent, EventStreams, Place, RecordedEvent } from '@tidemark/event-store';

/** A view's document: JSON with an id; only top-level fields can be queried. */
export interface ViewDocument {
  readonly id: string;
}

/** The part of a view's definition that readers need; the fold stays with the service that owns the view. */
export interface ViewDefinition<D extends ViewDocument = ViewDocument> {
  /** Letters, digits and `-`; the view's name in queries and in `projections rebuild <name>`. */
  readonly name: string;
  /** Raise it when the fold or the indexes change: the view is then rebuilt beside the live one and swapped in. */
  readonly version: number;
  /**
   * Top-level fields that queries filter or sort by, each inner list one (compound) index; `-` before a field: descending.
   * A sort is served by an index of the same directions, or of all the opposite ones; ids end every index.
   */
  readonly indexes: readonly (readonly IndexKey<keyof D & string>[])[];
}

type IndexKey<Field extends string> = Field | `-${Field}`;

/**
 * A view as a pure fold over the events of its streams, in order, possibly again after a crash. Events that the streams
 * do not know are skipped; a document never sees an event older than its last change.
 */
export interface Projection<
  D extends ViewDocument = ViewDocument,
  Event extends DomainEvent = DomainEvent,
> extends ViewDefinition<D> {
  readonly streams: readonly EventStreams<Event>[];
  /** The ids of the documents that this event touches; empty when none. */
  keys(event: Event & RecordedEvent): readonly string[];
  /** The document after the event; null removes it (or leaves it absent). */
  evolve(document: D | null, event: Event & RecordedEvent, key: string): D | null;
}

export type Scalar = string | number | boolean | null;
export type Condition = Scalar | { readonly in: readonly Scalar[] } | Range;
export interface Range {
  readonly gt?: string | number;
  readonly gte?: string | number;
  readonly lt?: string | number;
  readonly lte?: string | number;
}

export interface Query<D> {
  /** All must hold. A missing field equals null. */
  readonly where?: { readonly [K in keyof D & string]?: Condition };
  /** At most two keys; ties are broken by id, in the direction of the last key. Nulls sort first, ascending. */
  readonly sort?: readonly (readonly [field: keyof D & string, direction: 'asc' | 'desc'])[];
  /** From 1. Default 1. */
  readonly page?: number;
  /** 1 to 1,000. Default 50. */
  readonly perPage?: number;
  /** The `next` of a result of the same sort: what follows it, whatever was added meanwhile. Not with `page`. */
  readonly after?: string;
}

export interface QueryResult<D> {
  readonly data: readonly D[];
  /** Counted up to 10,000. */
  readonly total: number;
  /** Present when there are more than `total`. */
  readonly totalIsExact?: false;
  /** For `after`; absent at the end of the list. */
  readonly next?: string;
  /** The log position that the view reflects. */
  readonly asOf: number;
  /** Why the result is not complete or not current; absent when it is. */
  readonly degraded?: string;
}

/** The queries of a view. All methods throw ReadModelUnavailable when the store cannot be reached. */
export interface View<D extends ViewDocument> {
  get(id: string): Promise<D | null>;
  query(query: Query<D>): Promise<QueryResult<D>>;
  count(where?: Query<D>['where']): Promise<number>;
  /** All documents that match, by id, in bounded memory; cheap per page when an index ends in `id`. Later changes may show. */
  scan(where?: Query<D>['where']): AsyncIterable<D>;
  /** The log position that the view reflects; -1 when nothing was applied. */
  position(): Promise<number>;
  /** That position with the epoch of the log, for readers that go on from there: see EventStore.history. */
  place(): Promise<Place>;
}

/** One generation of a view while it is built: the live one, or a rebuild beside it. */
export interface Generation {
  /** The position of the last applied batch; -1 for a new one. */
  readonly position: number;
  /** That position with the epoch of the log that it is of. */
  readonly place: Place;
  /**
   * Folds the events into the touched documents and stores them with the position, so that a crash in between is
   * repaired by applying the same or an overlapping batch again. All of the batch or, when it throws, nothing that
   * a later call would not repair.
   * @throws ReadModelUnavailable · GenerationDropped
   */
  apply(events: readonly RecordedEvent[], position: number, token?: string): Promise<void>;
  /** Everything applied so far is part of this epoch of the log, and so is what follows. @throws as `apply` */
  adopt(epoch: string): Promise<void>;
  /** Makes applied batches durable (adapters may write behind). */
  flush(): Promise<void>;
  /** Resolves when the store itself was lost, and the generation with it. */
  readonly gone?: Promise<void>;
}

/**
 * The read model port. Adapters: SQLite (embedded) and MongoDB.
 */
export interface ReadModel {
  /** The live view, for queries; follows a swap. Works before the first event. */
  view<D extends ViewDocument>(definition: ViewDefinition<D>): View<D>;
  /** The live generation of this projection's version, if there is one. */
  live<D extends ViewDocument>(projection: Projection<D>): Promise<Generation | null>;
  /** The version of the live generation; null when there is none. */
  liveVersion<D extends ViewDocument>(definition: ViewDefinition<D>): Promise<number | null>;
  /** A new, empty generation beside the live one (an unfinished earlier one is dropped). */
  begin<D extends ViewDocument>(projection: Projection<D>): Promise<Generation>;
  /** Makes a generation the live one and drops the old: readers see the old or the new, never neither. */
  swap<D extends ViewDocument>(projection: Projection<D>, generation: Generation): Promise<void>;
  /**
   * Compares the live documents with those of `from`, which was folded anew from the log up to the live position or
   * further: writes again those that are missing, older or different, and drops `from`. Documents without events stay.
   * Meanwhile nothing in this process applies events to the live generation.
   * @throws GenerationDropped
   */
  repair<D extends ViewDocument>(projection: Projection<D>, from: Generation): Promise<Repair>;
  ping(): Promise<void>;
  close(): Promise<void>;
}

/** The result of a comparison of a view's documents with their events. */
export interface Repair {
  /** Documents compared. */
  readonly documents: number;
  /** Documents that differed and were written again. */
  readonly repaired: number;
}

/** The store cannot be reached. */
export class ReadModelUnavailable extends Error {
  override readonly name = 'ReadModelUnavailable';
  readonly code = 'READ_MODEL_UNAVAILABLE';
}

/** The generation was dropped: another one was swapped in, or it was left unfinished for too long. Open the live one. */
export class GenerationDropped extends Error {
  override readonly name = 'GenerationDropped';
  readonly code = 'GENERATION_DROPPED';
}
