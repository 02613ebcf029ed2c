import { isEnding, type JobEventView, type JobView } from '@tidemark/contracts';
import { Backoff, sleep } from '@tidemark/foundation';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import { isEnded } from '../render/job.js';
import { path, type Api, type Headers } from './api.js';
import { SseParser, type SseEvent } from './sse-parser.js';

const PAUSES = { first: 250, last: 5000 };
const IDLE_MS = 60_000;
const GIVE_UP_MS = 60_000;

export interface FollowOptions {
  /** Stops following, without an error. */
  readonly signal?: AbortSignal;
  /** Milliseconds without contact after which following fails. Default 60,000. */
  readonly giveUpMs?: number;
}

/**
 * The job's events from the first to the one that ends it, each once and in order, across lost connections and
 * restarts of Tidemark: every reconnection resumes after the last revision seen.
 * @throws CliError when Tidemark refuses, or cannot be reached for `giveUpMs`
 */
export async function* followJob(
  api: Api,
  jobId: string,
  { signal, giveUpMs = GIVE_UP_MS }: FollowOptions = {},
): AsyncGenerator<JobEventView> {
  const parser = new SseParser();
  let seen = -1;
  let lastContact = Date.now();
  const backoff = new Backoff(PAUSES);
  while (!signal?.aborted) {
    let received = 0;
    try {
      for await (const message of connect(api, jobId, parser, signal)) {
        lastContact = Date.now();
        backoff.reset();
        if (message.event === 'end') return;
        const event = stored(message);
        if (!event || event.revision <= seen) continue;
        received++;
        seen = event.revision;
        yield event;
        if (isEnding(event)) return;
      }
      // The stream was closed cleanly: at the end of the job, or by a restart or a proxy.
      if (received === 0 && isEnded(await api.get<JobView>(path`v1/jobs/${jobId}`))) return;
      lastContact = Date.now();
    } catch (error) {
      if (signal?.aborted) return;
      if (!mayPass(error) || Date.now() - lastContact >= giveUpMs) throw error;
    }
    await sleep(parser.retryMs ?? backoff.next(), { signal }).catch(() => {});
  }
}

/** One connection's messages, until it ends. A connection that is silent for too long is treated as lost. */
async function* connect(api: Api, jobId: string, parser: SseParser, signal?: AbortSignal): AsyncGenerator<SseEvent> {
  const ending = new AbortController();
  const silence = setTimeout(() => ending.abort(), IDLE_MS);
  const stop = AbortSignal.any([ending.signal, ...(signal ? [signal] : [])]);
  parser.restart();
  try {
    const resume: Headers = parser.lastEventId === '' ? {} : { 'last-event-id': parser.lastEventId };
    const response = await api.stream(path`v1/jobs/${jobId}/events`, resume, stop);
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      silence.refresh();
      yield* parser.push(decoder.decode(chunk, { stream: true }));
    }
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(exitCodes.unavailable, 'UNREACHABLE', lost(error));
  } finally {
    clearTimeout(silence);
    ending.abort();
  }
}

const lost = (error: unknown) => `the connection to Tidemark was lost: ${(error as Error).message}`;
const mayPass = (error: unknown) => error instanceof CliError && error.exitCode === exitCodes.unavailable;

/** The stored event in a message; null for others (keep-alives, live progress). */
function stored({ id, data }: SseEvent): JobEventView | null {
  if (!/^\d+$/.test(id)) return null;
  const event = JSON.parse(data) as JobEventView;
  return { ...event, revision: Number(id) };
}
