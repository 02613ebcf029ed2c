import type { Json } from '@tidemark/foundation';

/** A message that was delivered but not acknowledged. */
export interface Open {
  readonly position: number;
  readonly index: number;
  readonly count: number;
  readonly due: number | undefined;
}

/** The rest is delivered once more after a restart. */
const MAX_OPEN = 1_000;

/**
 * The position of a durable consumer in a feed: everything before message `index` of the event at `position` is
 * acknowledged, except the open ones.
 */
export class Place {
  private constructor(
    private readonly position: number,
    private readonly index: number,
    private readonly open: ReadonlyMap<string, Open>,
  ) {}

  /**
   * @param unacknowledged in the order in which they were taken in
   * @param reached everything up to this position was taken in
   * @param earlier the position at which this run began, while `reached` has not passed it
   */
  static of(unacknowledged: Iterable<Open>, reached: number, earlier: Place | undefined): Place {
    const open = new Map<string, Open>();
    let position = earlier?.position ?? reached + 1;
    let index = earlier?.index ?? 0;
    for (const entry of unacknowledged) {
      if (entry.count === 0 || open.size >= MAX_OPEN) {
        ({ position, index } = entry);
        break;
      }
      open.set(key(entry.position, entry.index), entry);
    }
    if (earlier) for (const [name, entry] of earlier.open) if (entry.position > reached) open.set(name, entry);
    return new Place(position, index, open);
  }

  static parse(saved: Json | undefined): Place | undefined {
    if (!Array.isArray(saved)) return undefined;
    const [position, index, list] = saved as [number, number, [number, number, number, number?][]];
    const open = new Map<string, Open>();
    for (const [at, i, count, due] of list) open.set(key(at, i), { position: at, index: i, count, due });
    return new Place(position, index, open);
  }

  json(): Json {
    const open = [...this.open.values()].map(({ position, index, count, due }) =>
      due === undefined ? [position, index, count] : [position, index, count, due],
    );
    return [this.position, this.index, open];
  }

  /** The first position that has to be read. */
  get first(): number {
    let first = this.position;
    for (const { position } of this.open.values()) first = Math.min(first, position);
    return first;
  }

  isDone(position: number, index: number): boolean {
    const before = position < this.position || (position === this.position && index < this.index);
    return before && !this.open.has(key(position, index));
  }

  openAt(position: number, index: number): Open | undefined {
    return this.open.get(key(position, index));
  }

  /** Whether all events that this position distinguishes have been read. */
  isPassed(reached: number): boolean {
    return reached >= this.position;
  }
}

function key(position: number, index: number): string {
  return `${position}:${index}`;
}
