import { AuthExpired, ExternalError, RateLimited, Terminal, type HttpRequest } from '@tidemark/resilience';
import { checkProblemOf, type CheckResult, type ConnectorContext, type Destination, type RowResult, type WriteBatch } from '@tidemark/connector-sdk'; // prettier-ignore
import { trimEndOf } from '@tidemark/foundation';
import type { HttpConfig } from './http.config.js';
import { Operation, type Kind, type Outgoing } from './operation.js';

/** Requests of one batch at the same time. */
const SIDE_BY_SIDE = 8;

/** Writes rows by the operations that a config describes. */
export class HttpDestination implements Destination {
  readonly #objects: ReadonlyMap<string, ReadonlyMap<Kind, Operation>>;

  constructor(private readonly context: ConnectorContext<HttpConfig>) {
    const kinds = ['append', 'upsert', 'update', 'delete'] as const;
    this.#objects = new Map(
      context.config.objects.map((object, at) => {
        const known = kinds.filter((kind) => object[kind]);
        const operations = known.map((kind) => [kind, new Operation(object[kind]!, kind, `objects.${at}.${kind}`, context)] as const); // prettier-ignore
        return [object.name, new Map(operations)];
      }),
    );
  }

  async write({ id, mode, object, key, rows }: WriteBatch, signal: AbortSignal): Promise<readonly RowResult[]> {
    signal.throwIfAborted();
    const all = rows.map(({ action = 'write', data }, index) => ({
      ...{ data, index, key: key.map((field) => String((data[field] ?? '') as string)).join('/') },
      kind: action === 'delete' ? ('delete' as const) : mode === 'mirror' ? ('upsert' as const) : mode,
    }));
    for (const { kind } of all) this.#operation(object, kind);
    // Of several rows with one key the last one counts.
    const last = new Map(all.map((row) => [mode === 'append' ? String(row.index) : row.key, row.index]));
    const sent = all.filter(({ index, key: own }) => last.get(mode === 'append' ? String(index) : own) === index);
    const results = new Map<number, RowResult>();
    for (const kind of new Set(sent.map((row) => row.kind)))
      await this.#send(this.#operation(object, kind), id, sent.filter((row) => row.kind === kind), results, signal); // prettier-ignore
    return all.map(({ index, key: own }) => results.get(index) ?? superseded(results.get(last.get(own)!)));
  }

  async check(signal: AbortSignal): Promise<CheckResult> {
    const { baseUrl, headers = {}, check } = this.context.config;
    const any = Array.from({ length: 100 }, (_, n) => 400 + n).filter((status) => ![401, 403, 407, 429].includes(status)); // prettier-ignore
    const request: HttpRequest = { url: trimEndOf(baseUrl, '/') + (check?.path ?? '/'), headers, signal, ...(!check && { expect: any }) }; // prettier-ignore
    try {
      await this.context.http.request(request);
      return { ok: true, message: `${new URL(baseUrl).host}: ${[...this.#objects.keys()].join(', ')}` };
    } catch (error) {
      const problem = checkProblemOf(error, signal, 'baseUrl');
      const at = problem.code === 'DESTINATION_NOT_FOUND' ? { field: 'check.path' } : {};
      return { ok: false, problems: [{ ...at, ...problem, message: this.context.redact(problem.message) }] };
    }
  }

  async close(): Promise<void> {}

  #operation(object: string, kind: Kind): Operation {
    const operations = this.#objects.get(object);
    if (!operations) {
      const known = [...this.#objects.keys()].join(', ');
      throw new Terminal('DESTINATION_NOT_FOUND', `there is no object ${object}; the config has ${known}`, { field: 'objects' }); // prettier-ignore
    }
    const operation = operations.get(kind);
    if (operation) return operation;
    const at = this.context.config.objects.findIndex(({ name }) => name === object);
    const field = `objects.${at}.${kind}`;
    throw new Terminal('DESTINATION_REQUEST_REFUSED', `${object} cannot be written so: the config has no ${field}`, { field }); // prettier-ignore
  }

  /** Sends rows in requests, several at a time where their order does not matter. */
  async #send(
    operation: Operation,
    batch: string,
    rows: readonly Outgoing[],
    results: Map<number, RowResult>,
    signal: AbortSignal,
  ): Promise<void> {
    const { rowsPerRequest } = operation.config;
    const starts = Array.from({ length: Math.ceil(rows.length / rowsPerRequest) }, (_, n) => n * rowsPerRequest);
    const chunks = starts.map((start) => rows.slice(start, start + rowsPerRequest));
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    const work = async () => {
      for (let chunk = chunks.shift(); chunk; chunk = chunks.shift()) {
        try {
          const got = await operation.send(chunk, batch, either);
          chunk.forEach(({ index }, n) => results.set(index, got[n]!));
        } catch (error) {
          if (operation.repeatable || signal.aborted || !(error instanceof ExternalError)) throw error;
          const unsent = neverDone(error);
          if (unsent && results.size === 0) throw error;
          // Repeating the batch would add again what was added: the rows that are left fail one by one.
          for (const { index } of chunk) results.set(index, unsent ? notSent(error) : UNKNOWN);
          for (const { index } of chunks.splice(0).flat()) results.set(index, notSent(error));
        }
      }
    };
    const { inFlight = SIDE_BY_SIDE } = this.context.config.limits ?? {};
    const lanes = operation.kind === 'append' ? 1 : Math.min(inFlight, SIDE_BY_SIDE, chunks.length);
    try {
      await Promise.all(Array.from({ length: lanes }, work));
    } finally {
      stop.abort(new Error('the batch has ended'));
    }
  }
}

/** An earlier row of the same key. */
const superseded = (last: RowResult | undefined): RowResult =>
  last?.status === 'failed' ? last : { status: 'skipped' };

/** Whether a failed request did nothing for certain. */
const neverDone = (error: ExternalError): boolean =>
  error instanceof RateLimited ||
  error instanceof AuthExpired ||
  (error.status !== undefined && (error.status < 500 || error.status === 503)) ||
  /^FETCH_(?:DNS|CONNECT|TLS)_FAILED|FETCH_(?:BAD_URL|BAD_REQUEST|BLOCKED_ADDRESS)$/.test(error.connection ?? '') ||
  (error.status === undefined && error.connection === undefined);

const notSent = ({ code, message }: ExternalError): RowResult => ({
  ...{ status: 'failed', code, retryable: true },
  message: `not sent, because of an earlier failure: ${message}`,
});

const UNKNOWN: RowResult = {
  ...{ status: 'failed', code: 'OUTCOME_UNKNOWN', retryable: false },
  message: 'the connection ended before the answer: look whether the row was added before it is sent again',
};
