import { connectionStream, jobStream, originOf } from '@tidemark/contracts';
import { categoryOf, type EventStore, type Place, type RecordedEvent } from '@tidemark/event-store';
import { Loop, toError, type Daemon } from '@tidemark/foundation';
import type { View } from '@tidemark/read-model';
import { admissionStream } from '../admission/admission.js';
import type { Agenda } from '../agenda/agenda.js';
import type { StoredConnection } from '../projections/connections.projection.js';
import type { StoredJob } from '../projections/jobs.projection.js';
import { ownCategories } from '../streams.js';

interface FeedHooks {
  /** Called after each batch once the agenda has caught up with the log. */
  onAdvance(): void;
  /** Called with a stored event that cannot be folded, and the reason. */
  setAside(stored: RecordedEvent, error: unknown): void;
  onError(error: Error): void;
}

/**
 * Keeps the agenda up to date: starts from the live jobs and the connections in the views, then follows the log from
 * their position. Without views it folds the whole log, which is slower but gives the same result.
 */
export class AgendaFeed implements Daemon {
  readonly #sessions: Loop;
  readonly #caughtUp = Promise.withResolvers<void>();
  #from: Place | undefined;

  constructor(
    private readonly eventStore: EventStore,
    private readonly views: { readonly jobs: View<StoredJob>; readonly connections: View<StoredConnection> },
    private readonly agenda: Agenda,
    private readonly hooks: FeedHooks,
  ) {
    this.#sessions = new Loop({ tick: (signal) => this.#session(signal), onError: (error) => hooks.onError(error) });
  }

  /** Resolves when the agenda has caught up with what was stored when it began, or when it was stopped. */
  start(): Promise<void> {
    this.#sessions.start();
    return this.#caughtUp.promise;
  }

  async stop(): Promise<void> {
    await this.#sessions.stop();
    this.#caughtUp.resolve();
  }

  /** Follows the log over one subscription. @throws the reason why it ended */
  async #session(signal: AbortSignal): Promise<void> {
    this.#from ??= await this.#restore();
    if (signal.aborted) return;
    let caughtUp = false;
    const onCaughtUp = () => {
      caughtUp = true;
      this.agenda.goLive();
      this.#advance();
      this.#caughtUp.resolve();
    };
    const subscription = this.eventStore.subscribe(
      {
        ...{ categories: ownCategories, after: this.#from.position, token: this.#from.token },
        ...{ onCaughtUp, onError: (error) => this.hooks.onError(error) },
      },
      (events, position, token) => {
        for (const event of events) this.#apply(event);
        this.agenda.reached(position);
        this.#from = { position, token };
        if (caughtUp) this.#advance();
      },
    );
    signal.addEventListener('abort', () => void subscription.stop(), { once: true });
    await subscription.ended;
    if (!signal.aborted) throw new Error('the subscription of the agenda ended');
  }

  #advance(): void {
    try {
      this.hooks.onAdvance();
    } catch (error) {
      this.hooks.onError(toError(error));
    }
  }

  #apply(stored: RecordedEvent): void {
    try {
      this.#fold(stored);
    } catch (error) {
      this.hooks.setAside(stored, error);
    }
  }

  /** Skips events that this version does not know. */
  #fold(stored: RecordedEvent): void {
    const { stream, metadata } = stored;
    const { tenant = '' } = metadata;
    switch (categoryOf(stream)) {
      case jobStream.category: {
        const event = jobStream.readChecked(stored);
        return event && this.agenda.applyJob(jobStream.idOf(stream), tenant, event, originOf(metadata));
      }
      case connectionStream.category: {
        const event = connectionStream.readChecked(stored);
        return event && this.agenda.applyConnection(connectionStream.idOf(stream), tenant, event);
      }
      case admissionStream.category: {
        const event = admissionStream.readChecked(stored);
        return event && this.agenda.applyAdmission(event);
      }
    }
  }

  /** Where the log must be folded from. Whatever is wrong with the views, the log has it all. */
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
      this.hooks.onError(toError(error));
      return { position: -1 };
    }
  }
}
