import type { EventStore, NewEvent } from '@tidemark/event-store';

/** The moment right before or right after the commit of an append. */
export interface CrashPoint {
  readonly when: 'before' | 'after';
  /** As `labelOf` names the append. */
  readonly append: string;
  /** Which append of that name; default the first. */
  readonly nth?: number;
}

/** The label of an append: its first event's type, and the stage when it has one. */
export function labelOf([event]: readonly NewEvent[]): string {
  const { stage } = event!.data as { stage?: string };
  return stage === undefined ? event!.type : `${event!.type} ${stage}`;
}

/** Makes this process kill itself at the point, like `kill -9`: nothing is flushed, no client is notified. */
export function crashAt(eventStore: EventStore, point: CrashPoint): void {
  const append = eventStore.append.bind(eventStore);
  let left = point.nth ?? 1;
  eventStore.append = async (stream, events, expected) => {
    const here = labelOf(events) === point.append && --left === 0;
    if (here && point.when === 'before') process.kill(process.pid, 'SIGKILL');
    const result = await append(stream, events, expected);
    if (here && point.when === 'after') process.kill(process.pid, 'SIGKILL');
    return result;
  };
}
