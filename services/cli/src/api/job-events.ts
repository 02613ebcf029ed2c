import { isEnding, type JobEventView, type JobView } from '@tidemark/contracts';
import { Backoff, sleep } from '@tidemark/foundation';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import { isEnded } from '../render/job.js';
import { path, type Api, type Headers } from './api.js';
import { SseParser, type SseEvent } from './sse-parser.js';

const PAUSES = { first: 250, last: 5000 };
/** Three heartbeats. */
const IDLE_MS = 45_000;
/** A restart may rebuild views first. */
const GIVE_UP_MS = 300_000;

export interface FollowOptions {
  /** Stops following, without an error. */
  readonly signal?: AbortSignal;
  /** Milliseconds without any contact after which following fails. Default 300,000. */
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
  const patience = new Patience(giveUpMs);
  while (!signal?.aborted) {
    let received = 0;
    try {
      for await (const message of connect(api, jobId, parser, () => patience.renew(), signal)) {
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
      patience.renew();
    } catch (error) {
      if (signal?.aborted) return;
      patience.spend(error);
    }
    await sleep(parser.retryMs ?? patience.pause(), { signal }).catch(() => {});
  }
}

/** Repeats a request while Tidemark is unavailable. @throws CliError as `followJob` does */
export async function patiently<T>(
  request: () => Promise<T>,
  { signal, giveUpMs = GIVE_UP_MS }: FollowOptions = {},
): Promise<T> {
  const patience = new Patience(giveUpMs);
  for (;;) {
    try {
      return await request();
    } catch (error) {
      if (signal?.aborted) throw error;
      patience.spend(error);
    }
    await sleep(patience.pause(), { signal }).catch(() => {});
  }
}

/** How long to keep trying, counted from the first failure after the last contact. */
class Patience {
  readonly #giveUpMs: number;
  readonly #backoff = new Backoff(PAUSES);
  #failingSince: number | undefined;

  constructor(giveUpMs: number) {
    this.#giveUpMs = giveUpMs;
  }

  renew(): void {
    this.#failingSince = undefined;
    this.#backoff.reset();
  }

  /** @throws the error, when it will not pass or has lasted too long */
  spend(error: unknown): void {
    this.#failingSince ??= performance.now();
    if (!mayPass(error) || performance.now() - this.#failingSince >= this.#giveUpMs) throw error;
  }

  pause(): number {
    return this.#backoff.next();
  }
}

/** One connection's messages, until it ends. A connection that is silent for too long is treated as lost. */
async function* connect(
  api: Api,
  jobId: string,
  parser: SseParser,
  onContact: () => void,
  signal?: AbortSignal,
): AsyncGenerator<SseEvent> {
  const ending = new AbortController();
  const silence = setTimeout(() => ending.abort(), IDLE_MS);
  const stop = AbortSignal.any([ending.signal, ...(signal ? [signal] : [])]);
  parser.restart();
  try {
    const resume: Headers = parser.lastEventId === '' ? {} : { 'last-event-id': parser.lastEventId };
    const response = await api.stream(path`v1/jobs/${jobId}/events`, resume, stop);
    onContact();
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      silence.refresh();
      onContact();
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
