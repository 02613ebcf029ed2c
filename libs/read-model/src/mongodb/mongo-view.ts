import type { Place } from '@tidemark/event-store';
import { BEING_BUILT, olderVersion } from '../degraded.js';
import type { Query, QueryResult, View, ViewDefinition, ViewDocument } from '../port.js';
import { COUNTED, pageOfList, plan, type Plan } from '../plan.js';
import { conditions, type Where } from '../query.js';
import { scanById } from '../scan.js';
import { toDocument } from './documents.js';
import { toFilter, toSort } from './filter.js';
import type { LiveGeneration, Registry } from './registry.js';

/** Reads the generation that is live at the time of the call. */
export class MongoView<D extends ViewDocument> implements View<D> {
  constructor(
    private readonly registry: Registry,
    private readonly definition: ViewDefinition<D>,
    /** Why no view is current, if none is. */
    private readonly unwritten: () => string | undefined,
  ) {}

  async get(id: string): Promise<D | null> {
    return this.#settled(null, async (live) => {
      const stored = await this.#documents(live)((documents) => documents.findOne({ _id: id }));
      return stored && !stored.goneAt ? toDocument<D>(stored) : null;
    });
  }

  async query(query: Query<D>): Promise<QueryResult<D>> {
    const checked = plan(this.definition, query);
    const empty: QueryResult<D> = { data: [], total: 0, asOf: -1, degraded: BEING_BUILT };
    return this.#settled(empty, async (live) => {
      const [documents, counted] = await Promise.all([
        this.#page(live, checked),
        this.#count(live, checked.where, COUNTED + 1),
      ]);
      // The position was read before the documents: they may be newer than it, never older.
      const degraded = this.unwritten() ?? olderVersion(this.definition, live);
      return pageOfList(query, documents, counted, {
        asOf: live.position,
        ...(degraded !== undefined && { degraded }),
      });
    });
  }

  /** One more than the limit, if there are so many. */
  async #page(live: LiveGeneration, { parts, order, limit, offset }: Plan): Promise<D[]> {
    const found: D[] = [];
    for (const part of parts) {
      const missing = limit + 1 - found.length;
      const rows = await this.#documents(live)((documents) =>
        documents.find(toFilter(part)).sort(toSort(order)).skip(offset).limit(missing).toArray(),
      );
      for (const row of rows) found.push(toDocument<D>(row));
      if (found.length > limit) break;
    }
    return found;
  }

  async count(where?: Query<D>['where']): Promise<number> {
    const checked = conditions(this.definition, where);
    return this.#settled(0, (live) => this.#count(live, checked));
  }

  scan(where?: Query<D>['where']): AsyncIterable<D> {
    return scanById<D>(conditions(this.definition, where), (matching, limit) =>
      this.#settled([], async (live) => {
        const rows = await this.#documents(live)((documents) =>
          documents.find(toFilter(matching)).sort({ _id: 1 }).limit(limit).toArray(),
        );
        return rows.map((row) => toDocument<D>(row));
      }),
    );
  }

  async position(): Promise<number> {
    return (await this.registry.live(this.definition))?.position ?? -1;
  }

  async place(): Promise<Place> {
    return (await this.registry.live(this.definition))?.place ?? { position: -1 };
  }

  /** A swap drops the old collection, and a dropped one looks empty: check again that it is still live. */
  async #settled<T>(none: T, work: (live: LiveGeneration) => Promise<T>): Promise<T> {
    for (;;) {
      const live = await this.registry.live(this.definition);
      if (!live) return none;
      const result = await work(live);
      if ((await this.registry.live(this.definition))?.id === live.id) return result;
    }
  }

  #count(live: LiveGeneration, where: Where, most?: number): Promise<number> {
    const limit = most === undefined ? {} : { limit: most };
    return this.#documents(live)((documents) => documents.countDocuments(toFilter(where), limit));
  }

  #documents(live: LiveGeneration): ReturnType<Registry['documents']> {
    return this.registry.documents(this.definition, live.id);
  }
}
