import type { Conditions } from '@tidemark/foundation';
import { counter } from '@tidemark/telemetry';
import type { SetAside } from './guarded-projection.js';
import type { Repair } from './port.js';

const EVERY_MS = 10_000;
const setAsideEvents = counter(
  'tidemark_view_events_set_aside_total',
  'Events that a view could not fold, per document',
);
const repairedDocuments = counter(
  'tidemark_view_documents_repaired_total',
  'Documents that differed from their events and were written again by a check',
);

/** What is wrong with one view, as metrics and as conditions of the process. */
export class ViewHealth {
  #reported = -Infinity;

  constructor(
    private readonly view: string,
    private readonly conditions: Conditions | undefined,
  ) {}

  /** @param failure why a batch could not be stored; undefined when one was */
  batch(failure: Error | undefined): void {
    const subject = `view ${this.view}`;
    if (!failure) return this.conditions?.clear(subject);
    this.conditions?.raise(subject, `cannot be kept up to date: ${failure.message}`);
  }

  /** @param all those of the view's live generation, or of one that is being built */
  setAside(all: readonly SetAside[]): void {
    setAsideEvents.add(1, { view: this.view });
    // With many, their number is brought up to date every ten seconds, since every change is logged.
    const now = performance.now();
    if (all.length > 1 && now - this.#reported < EVERY_MS) return;
    this.#reported = now;
    const { event, key, reason } = all[0]!;
    const first = `${event.type} of ${event.stream} (revision ${event.revision})${key === undefined ? '' : `, document ${key}`}`;
    this.conditions?.raise(
      `events of view ${this.view}`,
      `${all.length} could not be folded and were set aside, the first: ${first}: ${reason}. ` +
        `Run \`tidemark projections check ${this.view}\` after an upgrade`,
    );
  }

  /** A generation without failures is live. */
  foldsAll(): void {
    this.conditions?.clear(`events of view ${this.view}`);
  }

  checked({ documents, repaired }: Repair): void {
    const subject = `documents of view ${this.view}`;
    if (repaired === 0) return this.conditions?.clear(subject);
    repairedDocuments.add(repaired, { view: this.view });
    this.conditions?.raise(
      subject,
      `${repaired} of ${documents} differed from their events and were written again; the next check that finds none clears this`,
    );
  }
}
