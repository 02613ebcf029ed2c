import { sleep } from '@tidemark/foundation';
import { Retryable, Terminal } from '@tidemark/resilience';
import type { Json } from '@tidemark/connector-sdk';
import { requestRead, type AnswerPlan } from '../rest/answers.js';
import { writeTime } from '../rest/times.js';
import { TokenRefused, type ApiObject, type Prepared } from './api-object.js';
import type { ExportConfig } from './export.config.js';
import type { Bounds } from './record-mapper.js';
import { RequestPlan } from './request-plan.js';
import type { Walk, Walked } from './walk.js';

/** Records of an export in one page for the caller: an export may be one long file. */
const SLICE = 1000;

/** The pages of an object whose API prepares an export first. The export outlives the process: its id is in the cursor. */
export async function* readExport(object: ApiObject, { from, bounds, size, signal }: Walk): AsyncGenerator<Walked> {
  const preparing = new Preparing(object);
  let { id, skip = 0 } = from.export ?? { id: '' };
  if (id === '') {
    id = await preparing.create(bounds, signal);
    yield { page: { records: [], problems: [] }, next: { page: null, export: { id } } };
  }
  const prepared = await preparing.poll(id, signal);
  if (!prepared) return yield { page: { records: [], problems: [] }, next: null };
  for (let at = from.page; ;) {
    const page = await preparing.unlessGone(() => object.page({ at, bounds, size, prepared, signal }));
    const rest = page.records.slice(skip);
    const end = page.next && { page: page.next, export: { id } };
    for (let n = 0; n === 0 || n < rest.length; n += SLICE) {
      const last = n + SLICE >= rest.length;
      const next = last ? end : { page: at, export: { id, skip: skip + n + SLICE } };
      yield { page: { ...page, records: rest.slice(n, n + SLICE), problems: n + skip === 0 ? page.problems : [] }, next }; // prettier-ignore
    }
    if (page.next === null) return;
    at = page.next;
    skip = 0;
  }
}

/** @throws ExternalError when the API refuses to make an export */
export const createExport = (object: ApiObject, signal: AbortSignal): Promise<string> =>
  new Preparing(object).create({}, signal);

class Preparing {
  readonly #config: ExportConfig;
  readonly #field: string;

  constructor(private readonly object: ApiObject) {
    this.#config = object.config.export!;
    this.#field = `${object.field}.export`;
  }

  async create(bounds: Bounds, signal: AbortSignal): Promise<string> {
    const { create } = this.#config;
    const { incremental, timeZone: zone } = this.object.config;
    const style = { format: incremental?.format ?? 'iso', zone };
    const { since = incremental?.beginning, until } = bounds;
    const time = (at: string | undefined) => (at === undefined ? null : writeTime(at, style));
    const values = { since: time(since), until: time(until) };
    const [id] = await this.#ask('create', create, [create.id], values, signal);
    if ((typeof id !== 'string' && typeof id !== 'number') || id === '')
      throw new Terminal('SOURCE_INVALID_RESPONSE', `${this.#field}.create.id finds no id of the export`, { field: `${this.#field}.create.id` }); // prettier-ignore
    return String(id);
  }

  /** Waits until the export is done; null when it has nothing. @throws Terminal · Retryable · TokenRefused */
  async poll(id: string, signal: AbortSignal): Promise<Prepared | null> {
    const { poll } = this.#config;
    const end = performance.now() + poll.forMinutes * 60_000;
    const find = [poll.done, poll.failed ?? '`false`', poll.url ?? '`null`'];
    for (;;) {
      const [done, failed, url] = await this.unlessGone(() => this.#ask('poll', poll, find, { export: id }, signal));
      if (isTrue(failed)) throw new Terminal('SOURCE_REQUEST_REFUSED', `${this.object.config.name}: the API could not make the export`, { field: this.#field }); // prettier-ignore
      if (isTrue(done)) {
        if (poll.url === undefined) return { id };
        return typeof url === 'string' && url !== '' ? { id, url: this.#checked(url) } : null;
      }
      if (performance.now() > end) throw new Retryable('SOURCE_UNREACHABLE', `${this.object.config.name}: the export is not done after ${poll.forMinutes} minutes`); // prettier-ignore
      await sleep(poll.everySeconds * 1000, { signal });
    }
  }

  /** An export that is gone is made again. */
  async unlessGone<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof Terminal && (error.status === 404 || error.status === 410) ? new TokenRefused(error) : error; // prettier-ignore
    }
  }

  #checked(url: string): string {
    const { baseUrl } = this.object.context.config;
    const target = URL.canParse(url, baseUrl) ? new URL(url, baseUrl) : undefined;
    const allowed = [baseUrl, ...this.#config.downloadFrom].map((one) => new URL(one).origin);
    if (target && allowed.includes(target.origin)) return target.href;
    const where = target ? `leads to ${target.origin}, and only ${allowed.join(', ')} may be called` : 'is not a URL';
    throw new Terminal('SOURCE_INVALID_RESPONSE', `${this.#field}.poll.url: the download ${where}`, { field: `${this.#field}.downloadFrom` }); // prettier-ignore
  }

  async #ask(
    step: 'create' | 'poll',
    parts: ExportConfig['create'] | ExportConfig['poll'],
    find: readonly string[],
    values: Readonly<Record<string, Json>>,
    signal: AbortSignal,
  ): Promise<readonly Json[]> {
    const { context, config } = this.object;
    const field = `${this.#field}.${step}`;
    const request = new RequestPlan(context.config, parts as never, field, [], 'query').build(values);
    const plan: AnswerPlan = {
      ...{ side: 'source', format: 'json' },
      rules: [...(config.answers ?? []), ...(context.config.answers ?? [])],
      find: find.map((text) => ({ text, field })),
      redact: (text) => context.redact(text),
    };
    const repeatable = step === 'poll';
    return (await requestRead(context.http, { ...request, idempotent: repeatable }, plan, signal)).found;
  }
}

const isTrue = (value: Json | undefined): boolean => value !== undefined && value !== null && value !== false && value !== ''; // prettier-ignore
