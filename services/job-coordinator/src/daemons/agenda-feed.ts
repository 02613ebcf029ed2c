import { connectionStream, jobStream, originOf } from '@tidemark/contracts';
import {
  categoryOf,
  Unavailable,
  type EventStore,
  type Place,
  type RecordedEvent,
  type Subscription,
} from '@tidemark/event-store';
import type { Daemon } from '@tidemark/foundation';
import { ReadModelUnavailable, type View } from '@tidemark/read-model';
import { admissionStream } from '../admission/admission.js';
import type { Agenda } from '../agenda/agenda.js';
import type { StoredConnection } from '../projections/connections.projection.js';
import type { StoredJob } from '../projections/jobs.projection.js';
import { ownCategories } from '../streams.js';

/**
 * Keeps the agenda up to date: starts from the live jobs and the connections in the views, then follows the log from
 * their position. Without views it folds the whole log, which is slower but gives the same result.
 */
export class AgendaFeed implements Daemon {
  #subscription?: Subscription;
  #starting?: Promise<void>;
  #stopped = false;

  constructor(
    private readonly eventStore: EventStore,
    private readonly views: { readonly jobs: View<StoredJob>; readonly connections: View<StoredConnection> },
    private readonly agenda: Agenda,
    /** Called after each batch once the agenda has caught up with the log. */
    private readonly onAdvance: () => void,
    private readonly onError: (error: Error) => void,
  ) {}

  /** Resolves when the agenda has caught up with what was stored when it began, or when it was stopped. */
  start(): Promise<void> {
    return (this.#starting ??= this.#catchUp());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#subscription?.stop();
    await this.#starting?.catch(() => {});
  }

  async #catchUp(): Promise<void> {
    if (this.#stopped) return;
    const { position: after, token } = await this.#restore();
    if (this.#stopped) return;
    let caughtUp = false;
    const up = Promise.withResolvers<void>();
    const onCaughtUp = () => {
      caughtUp = true;
      up.resolve();
    };
    const subscription = this.eventStore.subscribe(
      { categories: ownCategories, after, token, onCaughtUp, onError: this.onError },
      (events, position) => {
        for (const event of events) this.#apply(event);
        this.agenda.reached(position);
        if (caughtUp) this.onAdvance();
      },
    );
    this.#subscription = subscription;
    await Promise.race([up.promise, subscription.ended]);
    if (this.#stopped) return;
    if (!caughtUp) throw new Error('the log could not be read to its end');
    this.agenda.goLive();
    this.onAdvance();
  }

  /** Skips events that this version does not know. */
  #apply(stored: RecordedEvent): void {
    const { stream, metadata } = stored;
    const { tenant = '' } = metadata;
    switch (categoryOf(stream)) {
      case jobStream.category: {
        const event = jobStream.read(stored);
        return event && this.agenda.applyJob(jobStream.idOf(stream), tenant, event, originOf(metadata));
      }
      case connectionStream.category: {
        const event = connectionStream.read(stored);
        return event && this.agenda.applyConnection(connectionStream.idOf(stream), tenant, event);
      }
      case admissionStream.category: {
        const event = admissionStream.read(stored);
        return event && this.agenda.applyAdmission(event);
      }
    }
  }

  /** Where the log must be folded from. */
  async #restore(): Promise<Place> {
    const { jobs, connections } = this.views;
    try {
      const places = await Promise.all([jobs.place(), connections.place()]);
      // Views of a log that was restored since have jobs that no longer exist.
      for (const place of places)
        if ((await this.eventStore.history.resume(place)).position < place.position) return { position: -1 };
      for (const state of ['pending', 'running'] as const)
        for await (const { fold } of jobs.scan({ state })) if (fold) this.agenda.restore(fold);
      for await (const { fold } of connections.scan()) this.agenda.restoreConnection(fold);
      const [first] = places.toSorted((one, other) => one.position - other.position);
      this.agenda.reached(first!.position);
      return first!;
    } catch (error) {
      if (!(error instanceof ReadModelUnavailable) && !(error instanceof Unavailable)) throw error;
      this.onError(error);
      return { position: -1 };
    }
  }
}
