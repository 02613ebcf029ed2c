import { Readable } from 'node:stream';
import type { JobEventView } from '@tidemark/contracts';
import { cleanJson } from '@tidemark/contracts/fields';
import { withTimeout } from '@tidemark/foundation';
import type { Watch } from './watch-job.js';

const HEARTBEAT_MS = 15_000;

type EventPage = readonly JobEventView[];

/**
 * A job's events as server-sent events: ids are revisions, so a browser that reconnects with `Last-Event-ID` resumes
 * exactly there. A comment every 15 s keeps the connection alive; the event `end` says that no more
 * will follow. Pages are fetched only as the client reads them.
 *
 * @param stop ends `rest`; called when the stream is over or its client has gone
 */
export function eventStream(
  first: EventPage,
  rest: Watch<EventPage>,
  stop: () => void,
  heartbeatMs = HEARTBEAT_MS,
): Readable {
  const source = lines(first, rest, heartbeatMs);
  // Not Readable.from: it would wait for the next event before it stops its source when the client has gone.
  return new Readable({
    read() {
      source.next().then(
        ({ done, value }) => this.push(done ? null : value),
        (error: Error) => this.destroy(error),
      );
    },
    destroy(error, callback) {
      stop();
      rest.return(undefined).catch(() => undefined);
      callback(error);
    },
  });
}

async function* lines(first: EventPage, rest: Watch<EventPage>, heartbeatMs: number): AsyncGenerator<string> {
  yield `retry: 1000\n\n${first.map(format).join('')}`;
  for (let coming = rest.next(); ;) {
    const result = await withTimeout(coming, heartbeatMs, () => 'beat' as const);
    if (result === 'beat') yield ': beat\n\n';
    else if (result.done) {
      // Cut off, not complete: the client should reconnect.
      if (result.value === 'aborted') return;
      break;
    } else {
      yield result.value.map(format).join('');
      coming = rest.next();
    }
  }
  yield 'event: end\ndata: {}\n\n';
}

const format = (event: JobEventView) => `id: ${event.revision}\ndata: ${cleanJson(event)}\n\n`;
