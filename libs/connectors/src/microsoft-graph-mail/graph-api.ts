import { trimEndOf } from '@tidemark/foundation';
import {
  AuthExpired,
  ExternalError,
  type HttpClient,
  type OnOverload,
  Retryable,
  Terminal,
} from '@tidemark/resilience';
import type { JsonObject } from '@tidemark/connector-sdk';
import type { MicrosoftGraphMailConfig } from './microsoft-graph-mail.manifest.js';

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export type GraphItem = JsonObject & { readonly id?: string };

export interface GraphList<T = GraphItem> {
  readonly value: readonly T[];
  readonly '@odata.nextLink'?: string;
  readonly '@odata.deltaLink'?: string;
}

/** Messages per page, and the reaction when they are too many for the service. */
export interface PageLimits {
  readonly size: number;
  readonly onOverload: OnOverload;
}

/** Calls of one mailbox, with errors that say how to fix them. Ids are immutable: they outlive a move to another folder. */
export class GraphApi {
  readonly #http: HttpClient;
  readonly #mailbox: string;
  readonly #prefer: string;

  constructor(http: HttpClient, { baseUrl, mailbox, body }: MicrosoftGraphMailConfig) {
    this.#http = http;
    const user = mailbox === undefined ? 'me' : `users/${encodeURIComponent(mailbox)}`;
    this.#mailbox = `${trimEndOf(baseUrl, '/')}/${user}`;
    this.#prefer = `IdType="ImmutableId", outlook.body-content-type="${body}"`;
  }

  /** `path` is relative to the mailbox. @throws ExternalError */
  async get<T extends object>(path: string, query: Query, signal: AbortSignal, page?: PageLimits): Promise<T> {
    const prefer = page ? `odata.maxpagesize=${page.size}, ${this.#prefer}` : this.#prefer;
    const { onOverload = 'retry' } = page ?? {};
    const request = { url: `${this.#mailbox}/${path}`, query, headers: { prefer }, signal, onOverload };
    try {
      const answer = (await this.#http.request(request)).json<unknown>();
      if (typeof answer === 'object' && answer !== null) return answer as T;
    } catch (error) {
      throw signal.aborted ? error : explained(error);
    }
    throw invalid(`the response to ${path} is not a JSON object`);
  }

  /** One page. @throws ExternalError */
  async page<T = GraphItem>(path: string, query: Query, signal: AbortSignal, page?: PageLimits): Promise<GraphList<T>> {
    const list = await this.get<Partial<GraphList<T>>>(path, query, signal, page);
    if (!Array.isArray(list.value)) throw invalid(`the list of ${path} has no values`);
    return list as GraphList<T>;
  }

  /** All pages. Only the query of a next-page link is used; the address stays the configured one. */
  async *all<T = GraphItem>(path: string, query: Query, signal: AbortSignal): AsyncGenerator<T> {
    for (let next: Query | undefined = query; next;) {
      const list: GraphList<T> = await this.page<T>(path, next, signal);
      yield* list.value;
      const link: string | undefined = list['@odata.nextLink'];
      next = link === undefined ? undefined : Object.fromEntries(queryOf(link));
    }
  }
}

/** The token of a link to the next page (`$skiptoken`) or the next round (`$deltatoken`). @throws Retryable */
export function tokenOf(link: string, name: '$skiptoken' | '$deltatoken'): string {
  for (const [key, value] of queryOf(link)) if (key.toLowerCase() === name && value !== '') return value;
  throw invalid(`a link has no ${name}`);
}

function queryOf(link: string): URLSearchParams {
  if (!URL.canParse(link)) throw invalid('the next-page link is not a valid URL');
  return new URL(link).searchParams;
}

export const invalid = (what: string) => new Retryable('SOURCE_INVALID_RESPONSE', `Microsoft Graph: ${what}`);

/** Codes of an error and its inner errors, lower case: https://learn.microsoft.com/en-us/graph/errors */
function codesIn(detail: unknown): readonly string[] {
  const codes: string[] = [];
  let error = (detail as { error?: unknown } | undefined)?.error;
  for (let depth = 0; depth < 5 && typeof error === 'object' && error !== null; depth++) {
    const { code, innerError, innererror } = error as Record<string, unknown>;
    if (typeof code === 'string') codes.push(code.toLowerCase());
    error = innerError ?? innererror;
  }
  return codes;
}

const LOST_STATE = ['syncstatenotfound', 'syncstateinvalid', 'resyncrequired'];
const NO_USER = ['errorinvaliduser', 'request_resourcenotfound', 'resourcenotfound'];

const GRANT =
  "grant the permission Mail.Read, for another user's mailbox Mail.Read.Shared, or the application's Mail.Read with " +
  'the consent of an administrator, and authorise the connection again';

function explained(error: unknown): unknown {
  if (!(error instanceof ExternalError)) return error;
  const { status = 0, detail } = error;
  const codes = codesIn(detail);
  const says = (...known: readonly string[]) => codes.some((code) => known.includes(code));
  const more = { cause: error, detail, ...(status > 0 && { status }) };
  const terminal = (code: string, message: string, field?: string) =>
    new Terminal(code, `Microsoft Graph: ${message}`, { ...more, ...(field !== undefined && { field }) });

  if (error instanceof AuthExpired)
    return new AuthExpired(error.code, `${error.message}: authorise the connection again`, more);
  if (status === 410 || ((status === 400 || status === 404) && says(...LOST_STATE)))
    return terminal('SOURCE_CURSOR_EXPIRED', 'the state of the delta is no longer known: read from the beginning');
  if (status === 403 && error instanceof Terminal)
    return terminal(error.code, `access to this mail is denied; ${GRANT} (${error.message})`);
  if (status === 400 && says('errorinvalididmalformed')) return terminal('SOURCE_NOT_FOUND', 'an id is not valid');
  if (status === 404 && says(...NO_USER))
    return terminal(
      error.code,
      'there is no such user: mailbox must be an address or id of this organisation',
      'mailbox',
    );
  if (status === 404 && says('mailboxnotenabledforrestapi'))
    return terminal(error.code, 'the user has no mailbox in the cloud, or it is not active', 'mailbox');
  return error;
}
