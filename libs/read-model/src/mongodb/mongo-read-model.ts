import type { Place } from '@tidemark/event-store';
import type { Conditions, Json, Labelled } from '@tidemark/foundation';
import { Connection, databaseIn, Labels } from '@tidemark/mongo';
import { CANNOT_BE_WRITTEN } from '../degraded.js';
import {
  ReadModelUnavailable,
  type Generation,
  type Projection,
  type ReadModel,
  type Repair,
  type View,
  type ViewDefinition,
  type ViewDocument,
} from '../port.js';
import { MongoGeneration } from './mongo-generation.js';
import { MongoView } from './mongo-view.js';
import { dropped, Registry } from './registry.js';
import { repairDocuments } from './repair-documents.js';
import { WriteProbe } from './write-probe.js';

const DEFAULT_DATABASE = 'tidemark';

/**
 * The read model on MongoDB: one collection per generation of a view, and one document per view that says which
 * generation is live and how far each is. Connects with the first call; while the server is down calls throw
 * ReadModelUnavailable after about two seconds, and work again by themselves when it is back.
 */
export class MongoReadModel implements ReadModel, Labelled {
  readonly #connection: Connection;
  readonly #registry: Registry;
  readonly #labels: Labels;
  readonly #probe: WriteProbe;
  /** Generations started here and not swapped in yet, by view. */
  readonly #unfinished = new Map<string, { readonly definition: ViewDefinition; readonly id: string }>();
  readonly #opened = new Set<{ abandon(): void }>();

  /**
   * @param url `mongodb://…`; the database is `namespace`, else the one in the URL's path, else `tidemark`
   * @throws TypeError when the URL cannot be parsed
   */
  constructor(url: string, options: { readonly namespace?: string; readonly conditions?: Conditions } = {}) {
    this.#connection = new Connection(
      url,
      options.namespace ?? databaseIn(url) ?? DEFAULT_DATABASE,
      (message, given) => new ReadModelUnavailable(message, given),
    );
    this.#registry = new Registry(this.#connection);
    this.#labels = new Labels(this.#connection, 'installation');
    const probe = new Labels(this.#connection, 'probe');
    this.#probe = new WriteProbe(() => probe.set(Date.now()), options.conditions);
  }

  view<D extends ViewDocument>(definition: ViewDefinition<D>): View<D> {
    return new MongoView(this.#registry, definition, () => (this.#probe.isRefused ? CANNOT_BE_WRITTEN : undefined));
  }

  async live<D extends ViewDocument>(projection: Projection<D>): Promise<Generation | null> {
    const live = await this.#registry.live(projection);
    if (live?.version !== projection.version) return null;
    const generation = this.#open(projection, live.id, live.place);
    generation.becomeLive();
    return generation;
  }

  async liveVersion<D extends ViewDocument>(definition: ViewDefinition<D>): Promise<number | null> {
    return (await this.#registry.live(definition))?.version ?? null;
  }

  async begin<D extends ViewDocument>(projection: Projection<D>): Promise<Generation> {
    const earlier = this.#unfinished.get(projection.name);
    if (earlier) await this.#registry.drop(projection, earlier.id);
    await this.#registry.dropAbandoned(projection);
    const id = await this.#registry.create(projection);
    this.#unfinished.set(projection.name, { definition: projection as unknown as ViewDefinition, id });
    return this.#open(projection, id, { position: -1 });
  }

  async swap<D extends ViewDocument>(projection: Projection<D>, generation: Generation): Promise<void> {
    if (!(generation instanceof MongoGeneration)) throw new TypeError('swap: not a generation of this read model');
    await this.#registry.makeLive(projection, generation.id);
    generation.becomeLive();
    if (this.#unfinished.get(projection.name)?.id === generation.id) this.#unfinished.delete(projection.name);
  }

  async repair<D extends ViewDocument>(projection: Projection<D>, from: Generation): Promise<Repair> {
    if (!(from instanceof MongoGeneration)) throw new TypeError('repair: not a generation of this read model');
    const live = await this.#registry.live(projection);
    if (live?.version !== projection.version) throw dropped(projection, from.id);
    const result = await repairDocuments(this.#registry, projection, live, from.id);
    from.abandon();
    await this.#registry.drop(projection, from.id);
    if (this.#unfinished.get(projection.name)?.id === from.id) this.#unfinished.delete(projection.name);
    return result;
  }

  async label(): Promise<Json | undefined> {
    return this.#labels.get();
  }

  async setLabel(label: Json): Promise<void> {
    return this.#labels.set(label);
  }

  async ping(): Promise<void> {
    await this.#connection.run((db) => db.command({ ping: 1 }));
    await this.#probe.look();
  }

  /** Drops unfinished generations, if the server can be reached, and disconnects. */
  async close(): Promise<void> {
    for (const generation of this.#opened) generation.abandon();
    this.#registry.close();
    const unfinished = [...this.#unfinished.values()];
    this.#unfinished.clear();
    await Promise.allSettled(unfinished.map(({ definition, id }) => this.#registry.drop(definition, id)));
    await this.#connection.close();
  }

  #open<D extends ViewDocument>(projection: Projection<D>, id: string, place: Place): MongoGeneration<D> {
    const generation = new MongoGeneration(this.#registry, projection, id, place);
    this.#opened.add(generation);
    return generation;
  }
}

