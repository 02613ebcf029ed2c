import { sleep, unlessAborted } from '@tidemark/foundation';
import { AuthExpired, ExternalError, NO_ACCESS_TOKEN, RateLimited, Retryable, Terminal } from '../external-error.js';
import { displayUrl, FetchError } from '../fetch-error.js';
import { nextDelay } from '../retry-schedule.js';
import { admit, type CallEnd } from './admission.js';
import type { Exchanged } from './exchange.js';
import { detailOf, excerptOf, MAX_DETAIL_BYTES } from './error-detail.js';
import { HttpAnswer } from './http-answer.js';
import { codeOf, connectionError, statusError } from './http-errors.js';
import type { PoolParts } from './pool-parts.js';
import type { HttpClient, HttpRequest, HttpResponse, Meaning } from './http-types.js';
import type { HttpClientOptions } from './options.js';
import { isOverloadStatus } from './overload.js';
import { isAnswer, prepare, repeatable } from './prepare.js';
import { readRateLimit } from './rate-limit-headers.js';

const DEFAULT_TIMEOUT_MS = 30_000;
/** Longest wait for a retry inside a call; a longer one is left to the caller. */
const MAX_RETRY_REST_MS = 10_000;
const BEFORE_ANSWER: ReadonlySet<string> = new Set(['FETCH_DNS_FAILED', 'FETCH_CONNECT_FAILED', 'FETCH_TLS_FAILED']);
const PASSING: ReadonlySet<number> = new Set([408, 502, 503, 504]);

/** Made once: a reason with its stack would cost more than the rest of a call. */
const OVER = new Error('the call is over');

/** One call while it lasts. */
interface Call extends CallEnd {
  readonly request: HttpRequest;
  /** Whether a 401 has already led to a new token. */
  renewed: boolean;
}

type Understood = Exchanged & {
  readonly meaning?: Meaning;
  /** The status of the answer itself. */ readonly answered?: number;
};

/** A client of a pool, with its own side, credential and limits. */
export class PooledClient implements HttpClient {
  readonly #closed = new AbortController();

  constructor(
    private readonly pool: PoolParts,
    private readonly options: HttpClientOptions,
    private readonly onClose: () => void,
  ) {}

  async request(request: HttpRequest): Promise<HttpResponse> {
    const { clock } = this.pool.settings;
    const timeoutMs = request.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    const end = new AbortController();
    const stop = ({ target }: { target: unknown }) => end.abort((target as AbortSignal).reason);
    const stoppers = [request.signal, this.#closed.signal].filter((signal) => signal !== undefined);
    for (const signal of stoppers) signal.throwIfAborted();
    for (const signal of stoppers) signal.addEventListener('abort', stop, { once: true });
    const timer = clock.setTimeout(() => end.abort(late(request.url, timeoutMs)), timeoutMs);
    const call = { request, deadline: clock.now() + timeoutMs, end: end.signal, renewed: false };
    try {
      return await unlessAborted(this.#tries(call), end.signal);
    } catch (error) {
      throw error instanceof FetchError ? connectionError(this.options.side, error) : error;
    } finally {
      clock.clearTimeout(timer);
      for (const signal of stoppers) signal.removeEventListener('abort', stop);
      end.abort(OVER); // Stops work that outlived its time or its caller.
    }
  }

  async close(): Promise<void> {
    this.#closed.abort(new DOMException('the HTTP client was closed', 'AbortError'));
    this.onClose();
  }

  async #tries(call: Call): Promise<HttpResponse> {
    for (let retries = 0; ; retries++) {
      try {
        return await this.#authorised(call);
      } catch (thrown) {
        const error = thrown instanceof FetchError ? connectionError(this.options.side, thrown) : thrown;
        const rest = call.end.aborted ? null : this.#restBeforeRetry(error, call, retries);
        if (rest === null) throw error;
        await sleep(rest, { clock: this.pool.settings.clock, signal: call.end });
      }
    }
  }

  /** Milliseconds until the same request may be sent again; null when the caller has to decide. */
  #restBeforeRetry(error: unknown, { request, deadline }: Call, retries: number): number | null {
    if (!(error instanceof ExternalError) || !error.retryable || error.timedOut) return null;
    const { connection = '', status = 0 } = error;
    const unsent = BEFORE_ANSWER.has(connection) || (error instanceof RateLimited && error.status === undefined);
    const passing = unsent || PASSING.has(status) || connection !== '' || error instanceof RateLimited;
    if (!passing || !(unsent || repeatable(request))) return null;
    if (request.onOverload === 'shrink' && isOverloadStatus(status)) return null;
    const { retries: schedule, random, clock } = this.pool.settings;
    const delay = nextDelay(this.options.retries ?? schedule, retries, random());
    if (delay === null) return null;
    const rest = Math.max(delay, error.retryAfterMs ?? 0);
    // Half of the remaining time stays for the call itself.
    return rest > MAX_RETRY_REST_MS || rest > (deadline - clock.now()) / 2 ? null : rest;
  }

  /** One attempt, with one more after a 401: that was refused before it was executed (RFC 9110, 15.5.2). */
  async #authorised(call: Call): Promise<HttpResponse> {
    const credential = call.request.anonymous ? undefined : this.options.credential;
    this.#checkOrigin(call.request);
    const requested = { ...call.request, signal: call.end };
    const applied = credential ? await this.#ask(() => credential.apply(requested)) : requested;
    let answer = await this.#understood(await this.#sent(applied, call), call.request);
    if (answer.status === 401 && credential && !call.renewed) {
      call.renewed = true;
      if (await this.#ask(() => credential.refresh(applied))) {
        const again = await this.#sent(await this.#ask(() => credential.apply(requested)), call);
        answer = await this.#understood(again, call.request);
      }
    }
    return this.#answered(answer, call.request);
  }

  async #understood(answer: Exchanged, request: HttpRequest): Promise<Understood> {
    if (answer.notModified) return answer;
    const meaning = await request.meaning?.(new HttpAnswer(answer, this.options.side));
    return meaning ? { ...answer, status: meaning.status, answered: answer.status, meaning } : answer;
  }

  async #sent(request: HttpRequest, call: Call): Promise<Exchanged> {
    return admit(this.pool, this.options, prepare(request, this.pool.settings), call);
  }

  /** A link in a response may lead anywhere; a credential must not reach another system. */
  #checkOrigin({ url, anonymous }: HttpRequest): void {
    const { origins, credential, side } = this.options;
    if (!credential || anonymous || !origins || !URL.canParse(url)) return; // An invalid URL is refused later.
    const { origin } = new URL(url);
    if (!origins.some((allowed) => URL.canParse(allowed) && new URL(allowed).origin === origin))
      throw new Terminal(
        codeOf(side, 'ADDRESS_REFUSED'),
        `${origin} is not an origin that this connection's credential may be sent to`,
      );
  }

  /** A credential does not know which side it is used on. */
  async #ask<T>(work: () => Promise<T>): Promise<T> {
    const { side } = this.options;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ExternalError)) throw error;
      const { message, retryAfterMs, field } = error;
      const bare = error.code.replace(/^(SOURCE|DESTINATION)_/, '');
      const code = bare === NO_ACCESS_TOKEN ? bare : codeOf(side, bare);
      const details = { ...(retryAfterMs !== undefined && { retryAfterMs }), ...(field !== undefined && { field }) };
      const options = { cause: error, ...details };
      if (error instanceof RateLimited) throw new RateLimited(error.code, message, { ...options, until: error.until });
      if (error instanceof Retryable) throw new Retryable(code, message, options);
      throw error instanceof AuthExpired
        ? new AuthExpired(code, message, options)
        : new Terminal(code, message, options);
    }
  }

  /** @throws ExternalError for an error status */
  #answered(answer: Understood, request: HttpRequest): HttpResponse {
    const { side, credential } = this.options;
    const { status, header, body, meaning, answered = status } = answer;
    // Its query may contain the credential; `apply` adds it again when this URL is requested again.
    const url = new URL(answer.url);
    if (credential) url.search = credential.redact(url.search);
    if (answer.notModified || isAnswer(status, request))
      return new HttpAnswer({ ...answer, status: answered, url }, side);
    const now = this.pool.settings.clock.now();
    const detail = detailOf(body.subarray(0, MAX_DETAIL_BYTES));
    const said = meaning?.message === undefined ? detail : { message: meaning.message };
    const excerpt = excerptOf(said, credential && ((text) => credential.redact(text)));
    const where = displayUrl(url);
    const wait = meaning?.retryAfterMs === undefined ? {} : { retryAt: now + meaning.retryAfterMs };
    throw statusError(side, { status, answered, where, excerpt, detail, now, ...readRateLimit(header, now), ...wait });
  }
}

function late(url: string, timeoutMs: number): FetchError {
  const where = URL.canParse(url) ? displayUrl(new URL(url)) : 'the request';
  return new FetchError('FETCH_TIMEOUT', `${where}: not finished after ${timeoutMs} ms`);
}
