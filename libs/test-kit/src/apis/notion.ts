// Notion's API, version 2026-03-11, as published at developers.notion.com: search, databases, data sources and their
// query with filters and sorts by time, block children, pagination, errors, the limit of 10,000 results a query, times
// of whole minutes, cursors that belong to a session. Not modelled: properties other than titles, filters by property,
// comments, users other than the bot, rich text, writing, and OAuth as Notion speaks it (JSON; tokens come from the
// standard endpoint of `OAuthApi`). That a list's `in_trash` yields only trashed objects, and that moving something
// there edits it, is not spelled out in the reference.
import { Lists, ValidationError, type Listed, type ListRequest } from './notion/lists.js';
import { shape } from './notion/shapes.js';
import { Workspace, type NotionObject } from './notion/workspace.js';
import { OAuthApi, type ApiAnswer, type ApiRequest } from './oauth-api.js';

export type { NotionObject, ObjectInput, Workspace } from './notion/workspace.js';

const VERSION = '2026-03-11';

export class NotionApi extends OAuthApi {
  /** Milliseconds since 1970. */
  now: () => number = Date.now;
  readonly workspace = new Workspace(() => this.now());
  readonly lists = new Lists();
  /** Larger pages are answered 504. */
  slowAbove = Infinity;
  /** Whether the connection has the capability to read content. */
  mayReadContent = true;
  /** Objects that are no longer shared with the connection. */
  readonly hidden = new Set<string>();

  protected unauthorized(): ApiAnswer {
    return notionError(401, 'unauthorized', 'API token is invalid.');
  }

  protected withoutId(body: unknown): unknown {
    const { results: [first, ...rest] = [] } = body as { results?: Record<string, unknown>[] };
    if (!first) return body;
    const { id: _id, ...others } = first;
    return { ...(body as object), results: [others, ...rest] };
  }

  protected answer(request: ApiRequest): ApiAnswer {
    const version = request.headers['notion-version'];
    if (version === undefined)
      return notionError(400, 'missing_version', 'Notion-Version header failed validation: it should be defined.');
    if (version !== VERSION)
      return notionError(
        400,
        'validation_error',
        'Notion-Version header failed validation: it is not a known version.',
      );
    try {
      const answer = this.#route(request);
      return { ...answer, headers: { date: new Date(this.now()).toUTCString() } };
    } catch (error) {
      if (error instanceof ValidationError) return notionError(400, 'validation_error', error.message);
      if (error instanceof SyntaxError) return notionError(400, 'invalid_json', 'Error parsing JSON body.');
      throw error;
    }
  }

  #route(request: ApiRequest): ApiAnswer {
    const [version, kind, id, part] = request.path.split('/').slice(1);
    const route = `${request.method} ${version}/${kind}/${id === undefined ? '' : 'ID'}${part === undefined ? '' : `/${part}`}`;
    if (route === 'GET v1/users/ID' && id === 'me') return { status: 200, body: BOT };
    if (!this.mayReadContent)
      return notionError(403, 'restricted_resource', 'Insufficient permissions for this endpoint.');
    switch (route) {
      case 'POST v1/search/':
        return this.#search(request);
      case 'GET v1/databases/ID':
        return this.#one('database', id!);
      case 'GET v1/data_sources/ID':
        return this.#one('data_source', id!);
      case 'GET v1/pages/ID':
        return this.#one('page', id!);
      case 'POST v1/data_sources/ID/query':
        return this.#query(id!, request);
      case 'GET v1/blocks/ID/children':
        return this.#children(id!, request);
      default:
        return notionError(400, 'invalid_request_url', 'Invalid request URL.');
    }
  }

  #search(request: ApiRequest): ApiAnswer {
    const requested = bodyOf(request);
    const all = this.workspace.objects.filter(
      (object) => (object.kind === 'page' || object.kind === 'data_source') && !object.inTrash && this.#sees(object),
    );
    return this.#list('search', all, {
      sort: { timestamp: 'last_edited_time', direction: 'descending' },
      ...requested,
    });
  }

  #query(id: string, request: ApiRequest): ApiAnswer {
    const source = this.workspace.find(id);
    if (source?.kind !== 'data_source' || !this.#sees(source)) return notFound('data source', id);
    const requested = bodyOf(request);
    const pages = this.workspace
      .childrenOf(id, 'page')
      .filter(({ inTrash }) => inTrash === (requested.in_trash ?? false));
    return this.#list(`data_sources/${id}`, pages, requested);
  }

  #children(id: string, { query }: ApiRequest): ApiAnswer {
    const parent = this.workspace.find(id);
    if (!parent || parent.kind === 'database' || !this.#sees(parent) || parent.inTrash) return notFound('block', id);
    const cursor = query.get('start_cursor');
    const size = query.get('page_size');
    const requested = {
      ...(cursor !== null && { start_cursor: cursor }),
      ...(size !== null && { page_size: Number(size) }),
    };
    const children = this.workspace.childrenOf(parent.syncedFrom ?? id, 'block').filter(({ inTrash }) => !inTrash);
    return this.#list(`blocks/${id}`, children, requested, true);
  }

  #list(where: string, all: readonly NotionObject[], requested: ListRequest, inOrder = false): ApiAnswer {
    const listed = this.lists.list(where, all, requested, inOrder);
    if ((requested.page_size ?? 100) > this.slowAbove)
      return notionError(504, 'gateway_timeout', 'Notion timed out while trying to complete this request.');
    return { status: 200, body: listBody(listed, this.workspace) };
  }

  #one(kind: NotionObject['kind'], id: string): ApiAnswer {
    const object = this.workspace.find(id);
    if (object?.kind !== kind || !this.#sees(object)) return notFound(kind.replace('_', ' '), id);
    return { status: 200, body: shape(object, this.workspace) };
  }

  #sees(object: NotionObject | undefined): boolean {
    if (!object) return true;
    return !this.hidden.has(object.id ?? '') && this.#sees(this.workspace.find(object.parent));
  }
}

const BOT = {
  object: 'user',
  id: '0b5e0000-0000-4000-8000-000000000002',
  type: 'bot',
  name: 'Tidemark',
  bot: { workspace_name: 'Acme' },
};

function listBody({ items, nextCursor, incomplete }: Listed, workspace: Workspace) {
  return {
    object: 'list',
    results: items.map((object) => shape(object, workspace)),
    ...{ next_cursor: nextCursor, has_more: nextCursor !== null },
    ...(incomplete && { request_status: { type: 'incomplete', incomplete_reason: 'query_result_limit_reached' } }),
  };
}

const bodyOf = ({ body }: ApiRequest) => (body === '' ? {} : JSON.parse(body)) as ListRequest;

const notFound = (what: string, id: string) =>
  notionError(
    404,
    'object_not_found',
    `Could not find ${what} with ID: ${id}. Make sure the relevant pages and databases are shared with your integration.`,
  );

export function notionError(status: number, code: string, message: string, retryAfterSeconds?: number): ApiAnswer {
  const body = { object: 'error', status, code, message, request_id: '7e57ab1e-0000-4000-8000-000000000003' };
  return {
    status,
    body,
    ...(retryAfterSeconds !== undefined && { headers: { 'retry-after': `${retryAfterSeconds}` } }),
  };
}
