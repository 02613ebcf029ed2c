import { graphError } from './microsoft-graph/graph-errors.js';
import { type GraphFolder, Mailbox, type StoredMessage } from './microsoft-graph/mailbox.js';
import { type SyncState, stateOf, tokenOf } from './microsoft-graph/sync-state.js';
import { type ApiAnswer, type ApiRequest, OAuthApi } from './oauth-api.js';

export { graphError } from './microsoft-graph/graph-errors.js';
export { Mailbox, type GraphMessage } from './microsoft-graph/mailbox.js';

/** The service does not go beyond this many messages when the delta has a filter. */
const FILTER_LIMIT = 5000;
const READING_SCOPES = ['Mail.Read', 'Mail.ReadWrite'];

/**
 * Outlook mail in Microsoft Graph v1.0: mailFolders, childFolders, messages, attachments and the delta of the messages of
 * a folder. Written from https://learn.microsoft.com/en-us/graph/api/message-delta, delta-query-messages,
 * delta-query-overview, outlook-immutable-id, user-list-mailfolders, user-list-messages, errors and throttling, and from
 * reports at github.com/microsoftgraph/microsoft-graph-docs: a changed read flag is reported with three
 * properties only (#7776), `$top` of a delta is not honoured (-contrib#6457), a `$select` inside `$expand` neither
 * (-contrib#8431; `$expand` is refused here), and with immutable ids a message that left a folder and returned is reported as
 * removed (#21752). A delta with a filter ends after 5,000 messages. Not modelled: writing, other filters, `$batch`.
 */
export class MicrosoftGraphApi extends OAuthApi {
  /** Pages of more messages than this are answered by 504. */
  timeoutAbove = Infinity;
  /** Whether a user authorised; an application has no `me`. */
  delegated = true;
  /** Links point there instead of here. */
  linkOrigin: string | undefined;
  override scopes: readonly string[] = ['Mail.Read'];
  /** The user of `me`. */
  readonly mailbox = new Mailbox('ada@example.com');
  #generation = 1;

  static start(): Promise<MicrosoftGraphApi> {
    return new MicrosoftGraphApi().listen();
  }

  /** The base URL, like https://graph.microsoft.com/v1.0. */
  get baseUrl(): string {
    return `${this.origin}/v1.0`;
  }

  /** Delta tokens issued so far are no longer valid. */
  forgetSyncStates(): void {
    this.#generation++;
  }

  protected answer(request: ApiRequest): ApiAnswer {
    const [, me, user, path] = /^\/v1\.0\/(?:(me)|users\/([^/]+))(\/.*)$/.exec(request.path) ?? [];
    if (path === undefined) return graphError.badRequest('Resource not found for the segment.');
    if (me && !this.delegated)
      return graphError.badRequest('/me request is only valid with delegated authentication flow.');
    if (!me && user !== this.mailbox.user) return graphError.unknownUser(user!);
    if (!this.scopes.some((scope) => READING_SCOPES.includes(scope))) return graphError.accessDenied();
    if (request.query.has('$expand')) return graphError.badRequest('$expand is not modelled.');
    const [, first, id, second, third] = /^\/(\w+)(?:\/([^/]+)(?:\/(\w+)(?:\/(\w+))?)?)?$/.exec(path) ?? [];
    if (first === 'mailFolders') return this.#mailFolders(request, id, second, third);
    if (first === 'messages') return this.#messages(request, id, second);
    return graphError.badRequest('Resource not found for the segment.');
  }

  protected unauthorized(): ApiAnswer {
    return graphError.invalidToken();
  }

  protected withoutId(body: unknown): unknown {
    const { value, ...rest } = body as { value: object[] };
    const [first, ...others] = value;
    const { id: _id, ...bare } = first as { id?: string };
    return { ...rest, value: [bare, ...others] };
  }

  #mailFolders(request: ApiRequest, id?: string, below?: string, function_?: string): ApiAnswer {
    if (id === undefined) return this.#listFolders(request, 'msgfolderroot');
    const folder = this.mailbox.folders.get(id);
    if (!folder) return graphError.notFound();
    if (below === undefined) return { status: 200, body: this.#folderResource(folder) };
    if (below === 'childFolders') return this.#listFolders(request, id);
    if (below === 'messages' && function_ === 'delta') return this.#delta(request, folder);
    return graphError.badRequest('Resource not found for the segment.');
  }

  #messages(request: ApiRequest, id?: string, below?: string): ApiAnswer {
    if (id === undefined) {
      const top = Number(request.query.get('$top') ?? 10);
      const found = [...this.mailbox.messages.values()].slice(0, top);
      return { status: 200, body: { value: found.map((stored) => resource(stored, request)) } };
    }
    const stored = this.mailbox.messages.get(plainId(id));
    if (!stored) return graphError.notFound();
    if (below === 'attachments') {
      const wanted = request.query.get('$select')?.split(',');
      const value = stored.attachments.map((attachment) => ({
        '@odata.type': '#microsoft.graph.fileAttachment',
        '@odata.mediaContentType': attachment['contentType'],
        ...(wanted ? Object.fromEntries(wanted.map((name) => [name, attachment[name]])) : attachment),
      }));
      return { status: 200, body: { value } };
    }
    return { status: 200, body: { '@odata.context': 'messages/$entity', ...resource(stored, request) } };
  }

  #listFolders({ query, path }: ApiRequest, parent: string): ApiAnswer {
    const hidden = query.get('includeHiddenFolders') === 'true';
    const all = [...this.mailbox.folders.values()].filter(
      (folder) => folder.parentFolderId === parent && (hidden || !folder.hidden),
    );
    const [top, skip] = [Number(query.get('$top') ?? 10), Number(query.get('$skip') ?? 0)];
    const value = all.slice(skip, skip + top).map((folder) => this.#folderResource(folder));
    const next = new URLSearchParams({ ...Object.fromEntries(query), $skip: String(skip + top) });
    const link =
      all.length > skip + top
        ? { '@odata.nextLink': `${this.linkOrigin ?? this.origin}${encodeURI(path)}?${next}` }
        : {};
    return { status: 200, body: { '@odata.context': 'mailFolders', value, ...link } };
  }

  #folderResource({ id, displayName, parentFolderId, hidden, search }: GraphFolder) {
    const childFolderCount = [...this.mailbox.folders.values()].filter((one) => one.parentFolderId === id).length;
    const totalItemCount = search ? this.mailbox.messages.size : this.mailbox.ids(id).length;
    const counts = { childFolderCount, totalItemCount, unreadItemCount: 0 };
    const type = search ? { '@odata.type': '#microsoft.graph.mailSearchFolder' } : {};
    return { ...type, id, displayName, parentFolderId, ...counts, isHidden: hidden };
  }

  #delta(request: ApiRequest, folder: GraphFolder): ApiAnswer {
    if (folder.search) return graphError.badRequest('Change tracking is not supported for search folders.');
    const { query } = request;
    const token = parameter(query, '$deltatoken') ?? parameter(query, '$skiptoken');
    const state = token === undefined ? this.#fresh(query, folder) : stateOf(token, folder, this.mailbox.position);
    if (state === null) return token ? graphError.badRequest('The token is not valid.') : graphError.badFilter();
    if (state.generation !== this.#generation)
      return graphError.syncStateNotFound(`${this.#deltaUrl(folder)}?$deltatoken=`);
    const size = Number(/odata\.maxpagesize=(\d+)/.exec(preferences(request))?.[1] ?? 10);
    if (size > this.timeoutAbove) return graphError.gatewayTimeout();
    return state.since === undefined
      ? this.#firstRound(state, folder, size, request)
      : this.#laterRound(state, state.since, folder, size, request);
  }

  #fresh(query: URLSearchParams, folder: GraphFolder): SyncState | null {
    const filter = query.get('$filter') ?? undefined;
    if (filter !== undefined && !/^receivedDateTime (ge|gt) \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(filter)) return null;
    const start = { folder: folder.id, started: this.mailbox.position, after: -1, generation: this.#generation };
    return { ...start, ...(filter !== undefined && { filter }) };
  }

  #firstRound(state: SyncState, folder: GraphFolder, size: number, request: ApiRequest): ApiAnswer {
    const all = [...this.mailbox.messages.values()]
      .filter((stored) => stored.folderId === folder.id && passes(stored, state.filter))
      .sort((a, b) => b.order - a.order)
      .slice(0, state.filter === undefined ? undefined : FILTER_LIMIT)
      .reverse()
      .filter(({ order }) => order > state.after!);
    const page = all.slice(0, size);
    const next = all.length > size ? { ...state, after: page.at(-1)!.order } : undefined;
    return this.#page(
      folder,
      page.map((stored) => resource(stored, request)),
      next,
      state,
    );
  }

  #laterRound(state: SyncState, since: number, folder: GraphFolder, size: number, request: ApiRequest): ApiAnswer {
    const kinds = new Map<string, string[]>();
    for (const { at, messageId, kind } of folder.events)
      if (at > since && at <= state.started) kinds.set(messageId, [...(kinds.get(messageId) ?? []), kind]);
    const reported = state.reported ?? 0;
    const changed = [...kinds].filter(([id]) => passes(this.mailbox.messages.get(id), state.filter));
    const page = changed.slice(reported, reported + size);
    const next = changed.length > reported + size ? { ...state, reported: reported + size } : undefined;
    const value = page.map(([id, events]) => this.#changeOf(id, events, folder, request));
    return this.#page(folder, value, next, state);
  }

  /** With immutable ids a message that left is reported as removed, even if it returned. */
  #changeOf(id: string, kinds: readonly string[], folder: GraphFolder, request: ApiRequest) {
    const stored = this.mailbox.messages.get(id);
    const left = immutable(request) && kinds.includes('removed');
    if (left || stored?.folderId !== folder.id)
      return {
        '@odata.type': '#microsoft.graph.message',
        ...{ id: wireId(id, folder.id, request), '@removed': { reason: 'deleted' } },
      };
    const whole = resource(stored, request);
    if (kinds.some((kind) => kind !== 'flag')) return whole;
    const { isRead } = stored.message;
    return { '@odata.type': '#microsoft.graph.message', id: whole['id'], isRead, parentFolderId: folder.id };
  }

  #page(folder: GraphFolder, value: readonly unknown[], next: SyncState | undefined, state: SyncState): ApiAnswer {
    const { filter, folder: id, started, generation } = state;
    const later = { folder: id, since: started, generation, ...(filter !== undefined && { filter }) };
    const link = next
      ? { '@odata.nextLink': `${this.#deltaUrl(folder)}?$skiptoken=${tokenOf(next)}` }
      : { '@odata.deltaLink': `${this.#deltaUrl(folder)}?$deltatoken=${tokenOf(later)}` };
    return { status: 200, body: { '@odata.context': '$metadata#Collection(message)', ...link, value } };
  }

  #deltaUrl(folder: GraphFolder): string {
    return `${this.linkOrigin ?? this.origin}/v1.0/me/mailfolders('${folder.id}')/messages/delta`;
  }
}

const preferences = ({ headers }: ApiRequest) => String(headers['prefer'] ?? '');
const immutable = (request: ApiRequest) => /IdType="ImmutableId"/i.test(preferences(request));
/** Without immutable ids a message that moves gets another id. */
const wireId = (id: string, folderId: string, request: ApiRequest) => (immutable(request) ? id : `${id}--${folderId}`);
const plainId = (id: string) => id.split('--', 1)[0]!;

/** Names of query options are accepted in any case. */
function parameter(query: URLSearchParams, name: string): string | undefined {
  for (const [key, value] of query) if (key.toLowerCase() === name) return value;
  return undefined;
}

function passes(stored: StoredMessage | undefined, filter: string | undefined): boolean {
  const [, operator, value] = filter?.split(' ') ?? [];
  if (!stored || value === undefined) return true;
  const [received, from] = [Date.parse(stored.message.receivedDateTime), Date.parse(value)];
  return operator === 'ge' ? received >= from : received > from;
}

/** A whole message, its body in the requested format. */
function resource({ id, folderId, message }: StoredMessage, request: ApiRequest): Record<string, unknown> {
  const asText = /outlook\.body-content-type="text"/.test(preferences(request));
  const content = message.body.content.replaceAll(/<[^<>]*>/g, '');
  const body = asText ? { contentType: 'text', content } : message.body;
  const whole = {
    '@odata.type': '#microsoft.graph.message',
    '@odata.etag': `W/"${message.lastModifiedDateTime}"`,
    ...{ id: wireId(id, folderId, request), ...message, body, parentFolderId: folderId },
  };
  const wanted = request.query.get('$select')?.split(',');
  if (!wanted) return whole;
  return Object.fromEntries(Object.entries(whole).filter(([name]) => name === 'id' || wanted.includes(name)));
}
