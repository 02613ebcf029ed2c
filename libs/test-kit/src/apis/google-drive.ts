import type { DriveFile } from './google-drive/drive-file.js';
import { driveError } from './google-drive/drive-errors.js';
import { byDefault, everything, nothing, pageSize, selected } from './google-drive/list-parameters.js';
import { parseQuery } from './google-drive/search-query.js';
import { type ApiAnswer, type ApiRequest, OAuthApi } from './oauth-api.js';

export { driveError } from './google-drive/drive-errors.js';
export type { DriveFile } from './google-drive/drive-file.js';

/** Any of these lets an app list files and changes. */
const READING_SCOPES = ['drive', 'drive.readonly', 'drive.metadata', 'drive.metadata.readonly', 'drive.file'].map(
  (name) => `https://www.googleapis.com/auth/${name}`,
);

interface Change {
  readonly fileId: string;
  readonly time: string;
  /** The file, or the id of the shared drive, that can no longer be seen. */
  readonly removed: boolean;
  readonly changeType: 'file' | 'drive';
  readonly driveId: string | undefined;
}

/**
 * Drive API v3: about.get, drives.get, files.get, files.list, changes.getStartPageToken and changes.list.
 * Written from https://developers.google.com/workspace/drive/api/reference/rest/v3, guides/handle-errors, guides/limits,
 * guides/about-changes, guides/ref-search-terms and guides/fields-parameter (also at developers.google.cn as .md.txt).
 * Not modelled: writing, contents and exports, orderBy, corpora other than the user's and one shared drive, spaces,
 * change notifications, labels, quotas that count. What the reference leaves open: the form of page tokens, and the
 * response to an invalid one (400, reason `invalid`, location `pageToken`, as seen in the wild).
 */
export class GoogleDriveApi extends OAuthApi {
  /** Pages of more entries than this are answered by 504. */
  timeoutAbove = Infinity;
  /** The next lists report an incomplete search. */
  incompleteSearch = false;
  /** Milliseconds since 1970; advances by a second with every action. */
  time = Date.parse('2026-03-01T00:00:00.000Z');
  user = { displayName: 'Ada', emailAddress: 'ada@example.com', permissionId: '1' };

  override scopes: readonly string[] = ['https://www.googleapis.com/auth/drive.readonly'];
  readonly #files = new Map<string, DriveFile & { readonly order: number }>();
  readonly #drives = new Map<string, string>();
  readonly #changes = new Map<number, Change>();
  #sequence = 100;
  #oldestChange = 0;

  static start(): Promise<GoogleDriveApi> {
    return new GoogleDriveApi().listen();
  }

  /** The base URL, like https://www.googleapis.com/drive/v3. */
  get baseUrl(): string {
    return `${this.origin}/drive/v3`;
  }

  /** Adds a file, or changes one. */
  put(id: string, properties: Readonly<Record<string, unknown>> = {}): DriveFile {
    const now = new Date((this.time += 1000)).toISOString();
    const before = this.#files.get(id);
    const file = {
      ...{ kind: 'drive#file', id, name: `${id}.txt`, mimeType: 'text/plain', parents: ['root'], trashed: false },
      ...{ createdTime: now, size: '1', version: '1', ownedByMe: true },
      ...{ owners: [{ kind: 'drive#user', ...this.user }] },
      ...before,
      ...{ modifiedTime: now },
      ...properties,
      ...{ order: before?.order ?? this.#sequence },
    };
    this.#files.set(id, file);
    this.#record({ fileId: id, time: now, removed: false, changeType: 'file', driveId: file['driveId'] as string });
    return file;
  }

  /** Adds a file whose id the API omits. */
  putWithoutId(): void {
    this.put('without-id', { id: undefined });
  }

  /** Deletes a file permanently, or revokes access to it. */
  remove(id: string): void {
    const driveId = this.#files.get(id)?.driveId;
    this.#files.delete(id);
    const time = new Date((this.time += 1000)).toISOString();
    this.#record({ fileId: id, time, removed: true, changeType: 'file', driveId });
  }

  addDrive(id: string, name: string): void {
    this.#drives.set(id, name);
    const time = new Date(this.time).toISOString();
    this.#record({ fileId: id, time, removed: false, changeType: 'drive', driveId: id });
  }

  /** Page tokens of the changes so far are no longer accepted. */
  forgetChanges(): void {
    this.#sequence += 2;
    this.#oldestChange = this.#sequence;
  }

  /** Ids of the existing files that are not in the trash, sorted. */
  get ids(): string[] {
    return [...this.#files.values()]
      .filter(({ trashed }) => !trashed)
      .flatMap(({ id }) => id ?? [])
      .sort();
  }

  protected answer(request: ApiRequest): ApiAnswer {
    if (!this.scopes.some((scope) => READING_SCOPES.includes(scope))) return driveError.missingScope();
    const [, kind, id] = /^\/drive\/v3\/(about|files|changes|drives)(?:\/([^/]+))?$/.exec(request.path) ?? [];
    if (kind === 'about' && !id) return this.#about(request);
    if (kind === 'drives' && id) return this.#drive(id, request);
    if (kind === 'files') return id ? this.#file(id, request) : this.#list(request);
    if (kind === 'changes' && id === 'startPageToken') return this.#startPageToken(request);
    if (kind === 'changes' && !id) return this.#listChanges(request);
    return driveError.unknownPath();
  }

  protected unauthorized(): ApiAnswer {
    return driveError.invalidCredentials();
  }

  protected withoutId(body: unknown): unknown {
    const { files, changes, ...rest } = body as { files?: object[]; changes?: object[] };
    const [first, ...others] = files ?? changes ?? [];
    const { id: _id, fileId: _fileId, ...bare } = first as { id?: string; fileId?: string; file?: { id?: string } };
    if (bare.file) bare.file = { ...bare.file, ...{ id: undefined } } as { id?: string };
    return { ...rest, ...(files ? { files: [bare, ...others] } : { changes: [bare, ...others] }) };
  }

  #about({ query }: ApiRequest): ApiAnswer {
    if (!query.get('fields')) return driveError.required('fields');
    const body = { kind: 'drive#about', user: { kind: 'drive#user', me: true, ...this.user }, storageQuota: {} };
    return selected(query, body, nothing);
  }

  #drive(id: string, { query }: ApiRequest): ApiAnswer {
    const name = this.#drives.get(id);
    if (name === undefined) return driveError.driveNotFound(id);
    return selected(query, { kind: 'drive#drive', id, name }, everything);
  }

  #file(id: string, { query }: ApiRequest): ApiAnswer {
    const file = this.#files.get(id);
    if (!file || (file.driveId !== undefined && query.get('supportsAllDrives') !== 'true'))
      return driveError.fileNotFound(id);
    return selected(query, file, byDefault);
  }

  #list({ query }: ApiRequest): ApiAnswer {
    const size = pageSize(query);
    if (size === null) return driveError.invalid('pageSize');
    if (size > this.timeoutAbove) return driveError.backendError(504);
    const drive = this.#requestedDrive(query);
    if ('status' in drive) return drive;
    if (drive.driveId !== undefined && query.get('corpora') !== 'drive') return driveError.invalid('corpora');
    const q = query.get('q') ?? '';
    const matches = q === '' ? () => true : parseQuery(q);
    if (!matches) return driveError.invalid('q');
    const after = this.#place(query.get('pageToken'), q);
    if (after === null) return driveError.invalid('pageToken');
    const found = [...this.#files.values()]
      .filter((file) => file.order > after && drive.holds(file) && matches(file))
      .sort((a, b) => a.order - b.order);
    const files = found.slice(0, size);
    const nextPageToken = found.length > size ? tokenOf(files.at(-1)!.order, q) : undefined;
    const body = {
      ...{ kind: 'drive#fileList', incompleteSearch: this.incompleteSearch },
      ...(nextPageToken && { nextPageToken }),
      files: files.map(({ order: _order, ...file }) => file),
    };
    return selected(query, body, new Map([...everything, ['files', byDefault]]));
  }

  #startPageToken({ query }: ApiRequest): ApiAnswer {
    const drive = this.#requestedDrive(query, false);
    if ('status' in drive) return drive;
    return { status: 200, body: { kind: 'drive#startPageToken', startPageToken: String(this.#sequence + 1) } };
  }

  #listChanges({ query }: ApiRequest): ApiAnswer {
    const token = query.get('pageToken');
    if (token === null) return driveError.required('pageToken');
    const size = pageSize(query);
    if (size === null) return driveError.invalid('pageSize');
    if (size > this.timeoutAbove) return driveError.backendError(504);
    const drive = this.#requestedDrive(query);
    if ('status' in drive) return drive;
    const from = Number(token);
    if (!/^\d+$/.test(token) || from < this.#oldestChange || from > this.#sequence + 1)
      return driveError.invalid('pageToken');
    const found = [...this.#changes].filter(([at, change]) => at >= from && drive.holds(change));
    const page = found.slice(0, size);
    const more = found.length > size;
    const body = {
      kind: 'drive#changeList',
      ...(more ? { nextPageToken: `${page.at(-1)![0] + 1}` } : { newStartPageToken: `${this.#sequence + 1}` }),
      changes: page.map(([, change]) => this.#changeResource(change)),
    };
    return selected(query, body, everything);
  }

  #changeResource({ fileId, time, removed, changeType, driveId }: Change): Record<string, unknown> {
    const common = { kind: 'drive#change', time, removed, changeType, type: changeType };
    if (changeType === 'drive') return { ...common, driveId };
    const { order: _order, ...file } = this.#files.get(fileId) ?? { order: 0 };
    return { ...common, fileId, ...(removed ? {} : { file }) };
  }

  /** A newer change of a file replaces the previous one. */
  #record(change: Change): void {
    for (const [at, { fileId }] of this.#changes) if (fileId === change.fileId) this.#changes.delete(at);
    this.#changes.set(++this.#sequence, change);
  }

  #requestedDrive(query: URLSearchParams, lists = true) {
    const driveId = query.get('driveId') ?? undefined;
    const all = query.get('includeItemsFromAllDrives') === 'true';
    if ((all || driveId !== undefined) && query.get('supportsAllDrives') !== 'true')
      return driveError.invalid('supportsAllDrives');
    if (driveId !== undefined && !this.#drives.has(driveId)) return driveError.driveNotFound(driveId);
    if (driveId !== undefined && lists && !all) return driveError.invalid('includeItemsFromAllDrives');
    const holds = (one: { readonly driveId?: string | undefined }) =>
      driveId === undefined ? all || one.driveId === undefined : one.driveId === driveId;
    return { driveId, holds };
  }

  #place(token: string | null, q: string): number | null {
    if (!token) return 0;
    try {
      const place = JSON.parse(Buffer.from(token, 'base64url').toString()) as { after: number; q: string };
      return place.q === q ? place.after : null;
    } catch {
      return null;
    }
  }
}

const tokenOf = (after: number, q: string) => Buffer.from(JSON.stringify({ after, q })).toString('base64url');
