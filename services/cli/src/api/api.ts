import { CliError, usageError } from '../cli-error.js';
import { exitCodes, exitCodeOf } from '../exit-codes.js';

const TIMEOUT_MS = 30_000;

export type Headers = Readonly<Record<string, string>>;
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** One page of a list, as the API returns it. */
export interface Page<Item> {
  readonly data: readonly Item[];
  readonly pagination: {
    /** Absent when a cursor was given. */
    readonly page?: number;
    readonly perPage: number;
    readonly total: number;
    /** Present when there are more than `total`. */
    readonly totalIsExact?: false;
  };
  /** The cursor of the next page; absent on the last one. */
  readonly next?: string;
  /** Why the list is not complete or not current, if so. */
  readonly degradedReason?: string;
}

/** A path of the API; values are encoded, so that no id can change it. */
export const path = (parts: TemplateStringsArray, ...values: readonly string[]): string =>
  String.raw({ raw: parts }, ...values.map(encodeURIComponent));

interface Call {
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Headers;
  readonly signal?: AbortSignal;
}

/** Client of Tidemark's HTTP API. Every failure is a CliError with its exit code. */
export class Api {
  readonly #base: URL;

  /**
   * @param signal aborts all calls in progress, with exit code 130
   * @throws CliError when the address is not an http(s) URL
   */
  constructor(
    url: string,
    private readonly key?: string,
    private readonly signal?: AbortSignal,
  ) {
    if (!/^https?:\/\//i.test(url) || !URL.canParse(url))
      throw usageError(`Tidemark's address must be an http or https URL, not ${JSON.stringify(url)}`);
    this.#base = new URL(url.endsWith('/') ? url : `${url}/`);
  }

  get<Body>(address: string, query?: Query): Promise<Body> {
    return this.#call<Body>('GET', address, { query });
  }

  post<Body>(address: string, body?: unknown, headers?: Headers): Promise<Body> {
    return this.#call<Body>('POST', address, { body, headers });
  }

  put<Body>(address: string, body: unknown): Promise<Body> {
    return this.#call<Body>('PUT', address, { body });
  }

  patch<Body>(address: string, body: unknown): Promise<Body> {
    return this.#call<Body>('PATCH', address, { body });
  }

  delete<Body>(address: string): Promise<Body> {
    return this.#call<Body>('DELETE', address, {});
  }

  /** A streamed response; the caller reads or cancels its body. */
  async stream(address: string, headers: Headers, signal: AbortSignal): Promise<Response> {
    const response = await this.#send('GET', address, { headers: { accept: 'text/event-stream', ...headers }, signal });
    if (!response.ok) throw refusal(response.status, await this.#read(response));
    return response;
  }

  /** The response whatever its status: a 503 of the readiness check has a body too. */
  async probe(address: string): Promise<{ ok: boolean; status: number; body: unknown }> {
    const response = await this.#send('GET', address, { signal: this.#limit() });
    return { ok: response.ok, status: response.status, body: await this.#read(response) };
  }

  /** A response that is a document, not JSON. */
  async document(address: string, query?: Query): Promise<string> {
    const response = await this.#send('GET', address, { query, signal: this.#limit() });
    if (!response.ok) throw refusal(response.status, await this.#read(response));
    return response.text().catch((error: unknown) => {
      throw this.#unreachable(error);
    });
  }

  async #call<Body>(method: string, address: string, call: Call): Promise<Body> {
    const response = await this.#send(method, address, { ...call, signal: this.#limit() });
    const body = await this.#read(response);
    if (!response.ok) throw refusal(response.status, body, response.headers.get('retry-after'));
    return body as Body;
  }

  #limit(): AbortSignal {
    return AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(this.signal ? [this.signal] : [])]);
  }

  async #send(method: string, address: string, { query = {}, body, headers, signal }: Call): Promise<Response> {
    const url = new URL(address.replace(/^\//, ''), this.#base);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    try {
      return await fetch(url, {
        method,
        signal,
        body: body === undefined ? undefined : JSON.stringify(body),
        headers: {
          accept: 'application/json',
          'user-agent': 'tidemark-cli',
          ...(this.key && { authorization: `Bearer ${this.key}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
      });
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  async #read(response: Response): Promise<unknown> {
    let text: string;
    try {
      text = await response.text();
    } catch (error) {
      throw this.#unreachable(error);
    }
    if (text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch {
      if (!response.ok) return undefined;
      throw new CliError(exitCodes.unavailable, 'NOT_TIDEMARK', `${this.#base.href} responds, but is not Tidemark`);
    }
  }

  #unreachable(error: unknown): CliError {
    if (this.signal?.aborted) return new CliError(exitCodes.interrupted, 'INTERRUPTED', 'interrupted');
    const message = `cannot reach Tidemark at ${this.#base.href}: ${reasonOf(error)}`;
    return new CliError(exitCodes.unavailable, 'UNREACHABLE', message, {}, { cause: error });
  }
}

function refusal(status: number, body: unknown, retryAfter?: string | null): CliError {
  const error = ((body as { error?: unknown } | undefined)?.error ?? {}) as Record<string, never>;
  const code = typeof error['code'] === 'string' ? error['code'] : `HTTP_${status}`;
  const message = typeof error['message'] === 'string' ? error['message'] : `Tidemark responded with ${status}`;
  const seconds = Number(retryAfter ?? error['retryAfter'] ?? Number.NaN);
  return new CliError(exitCodeOf(code, status), code, message, {
    fields: Array.isArray(error['fields']) ? error['fields'] : undefined,
    requestId: error['requestId'],
    jobId: error['jobId'],
    id: error['id'],
    retryAfter: Number.isFinite(seconds) ? seconds : undefined,
    hint: status === 401 ? 'set TIDEMARK_API_KEY or pass --key-file' : undefined,
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused; is it running?',
  ENOTFOUND: 'no such host',
  ECONNRESET: 'the connection was lost',
  UND_ERR_SOCKET: 'the connection was lost',
};

function reasonOf(error: unknown): string {
  const { name, cause = error } = error as { name?: string; cause?: unknown };
  if (name === 'TimeoutError') return `no response within ${TIMEOUT_MS / 1000} s`;
  const { code = '', message = String(cause) } = cause as { code?: string; message?: string };
  return reasons[code] ?? message;
}
