import { originOf, type ConnectionEvent, type JobEvent } from '@tidemark/contracts';
import type { EventStore, RecordedEvent, Subscription } from '@tidemark/event-store';
import { ReadModelUnavailable, type View } from '@tidemark/read-model';
import type { AdmissionEvent } from '../admission/admission.js';
import type { Agenda } from '../agenda/agenda.js';
import type { StoredConnection } from '../projections/connections.projection.js';
import type { StoredJob } from '../projections/jobs.projection.js';

/**
 * Keeps the agenda up to date: begins with the live jobs and the connections of the views, then follows the log from
 * where they stand. Without views it folds the whole log: slower, and right as well.
 */
export class AgendaFeed {
  private subscription?: Subscription;

  constructor(
    private readonly eventStore: EventStore,
    private readonly views: { readonly jobs: View<StoredJob>; readonly connections: View<StoredConnection> },
    private readonly agenda: Agenda,
    /** Called after each batch once the agenda has caught up with the log. */
    private readonly onAdvance: () => void,
    private readonly onError: (error: Error) => void,
  ) {}

  /** Resolves when the agenda has caught up with what was stored when it began. */
  async start(): Promise<void> {
    const after = await this.restore();
    let caughtUp = false;
    await new Promise<void>((resolve) => {
      const onCaughtUp = () => {
        caughtUp = true;
        resolve();
      };
      this.subscription = this.eventStore.subscribe(
        { categories: ['job', 'connection', 'admission'], after, onCaughtUp, onError: this.onError },
        (events, position) => {
          for (const event of events) this.apply(event);
          this.agenda.position = position;
          if (caughtUp) this.onAdvance();
        },
      );
    });
    this.agenda.doubtEnded();
    this.onAdvance();
  }

  async stop(): Promise<void> {
    await this.subscription?.stop();
  }

  private apply({ stream, type, data, metadata }: RecordedEvent): void {
    const dash = stream.indexOf('-');
    const id = stream.slice(dash + 1);
    const event = { type, data } as unknown;
    switch (stream.slice(0, dash)) {
      case 'job':
        return this.agenda.applyJob(id, metadata.tenant ?? '', event as JobEvent, originOf(metadata));
      case 'connection':
        return this.agenda.applyConnection(id, metadata.tenant ?? '', event as ConnectionEvent);
      case 'admission':
        return this.agenda.applyAdmission(event as AdmissionEvent);
    }
  }

  /** The position from which on the log must be folded. */
  private async restore(): Promise<number> {
    const { jobs, connections } = this.views;
    try {
      const positions = await Promise.all([jobs.position(), connections.position()]);
      for (const state of ['pending', 'running'] as const)
        for await (const { fold } of jobs.scan({ state })) if (fold) this.agenda.restore(fold);
      for await (const { fold } of connections.scan()) this.agenda.restoreConnection(fold);
      return (this.agenda.position = Math.min(...positions));
    } catch (error) {
      if (!(error instanceof ReadModelUnavailable)) throw error;
      this.onError(error);
      return -1;
    }
  }
}
