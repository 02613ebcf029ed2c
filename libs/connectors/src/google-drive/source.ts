import { Retryable, Terminal } from '@tidemark/resilience';
import {
  type CheckProblem,
  checkProblemOf,
  type CheckResult,
  type ConnectorContext,
  type Page,
  type ReadRequest,
  type ReadScope,
  requestedPageSize,
  scopeOf,
  type Source,
} from '@tidemark/connector-sdk';
import { type Place, placeOf } from './cursor.js';
import { DriveApi, type DriveCall, type Query } from './drive-api.js';
import {
  type DriveChange,
  type DriveFile,
  fileFields,
  searchQuery,
  recordsOfChanges,
  recordsOfFiles,
} from './drive-files.js';
import { type GoogleDriveConfig, manifest } from './google-drive.manifest.js';

interface FileList {
  readonly files?: readonly DriveFile[];
  readonly nextPageToken?: string;
  readonly incompleteSearch?: boolean;
}

interface ChangeList {
  readonly changes?: readonly DriveChange[];
  readonly nextPageToken?: string;
  readonly newStartPageToken?: string;
}

const FOLDER = 'application/vnd.google-apps.folder';

/**
 * The files of a drive. A read from the beginning takes the start token of the changes feed, then lists the files; later
 * reads follow the feed from that token, so that no change during the listing is lost.
 */
export class GoogleDriveSource implements Source {
  readonly #config: GoogleDriveConfig;
  readonly #api: DriveApi;

  constructor({ config, http, now }: ConnectorContext<GoogleDriveConfig>) {
    this.#config = config;
    this.#api = new DriveApi(http, config.baseUrl, now);
  }

  async *read(request: ReadRequest): AsyncGenerator<Page> {
    const { object, cursor, signal } = request;
    signal.throwIfAborted();
    if (object !== 'files')
      throw new Terminal('SOURCE_NOT_FOUND', `google-drive has no object ${object}; it has files`);
    const pageSize = requestedPageSize(manifest.source!.pageSize, request.pageSize);
    let place = cursor ? placeOf(cursor) : null;
    let page: Page & { readonly cursor: Place };
    do {
      // The position in the changes feed before anything is listed.
      const from: Place = place ?? { changes: await this.#startPageToken(signal), ...scopeOf(request) };
      const listing = place === null || from.list !== undefined;
      page = await pageSize.attempt(
        (size, onOverload) =>
          listing
            ? this.#listed(from, size, { signal, onOverload })
            : this.#changed(from, size, { signal, onOverload }),
        signal,
      );
      yield page;
      place = page.cursor;
    } while (page.hasMore);
  }

  async check(signal: AbortSignal): Promise<CheckResult> {
    const { driveId, folder } = this.#config;
    try {
      const { user } = await this.#api.get<{ user?: { emailAddress?: string } }>(
        'about',
        { fields: 'user(displayName,emailAddress)' },
        { signal },
      );
      const problems: CheckProblem[] = [];
      const drive = driveId === undefined ? null : await this.#named(`drives/${driveId}`, problems, signal);
      const found = folder === undefined ? null : await this.#named(`files/${folder}`, problems, signal);
      if (found && found.mimeType !== FOLDER)
        problems.push({ field: 'folder', code: 'CONFIG_INVALID', message: `${found.name} is a file, not a folder` });
      if (problems.length > 0) return { ok: false, problems };
      const query = { ...this.#listQuery({}), pageSize: 1 };
      await this.#api.get('files', query, { signal });
      const where = [drive && `the shared drive ${drive.name}`, found && `the folder ${found.name}`].filter(Boolean);
      const who = `Google Drive as ${user?.emailAddress ?? 'a user'}`;
      return { ok: true, message: [who, ...where].join(', ') };
    } catch (error) {
      return { ok: false, problems: [checkProblemOf(error, signal, 'baseUrl')] };
    }
  }

  async close(): Promise<void> {}

  /** A drive or folder; null, and a problem, when it is not accessible. */
  async #named(path: string, problems: CheckProblem[], signal: AbortSignal) {
    const file = path.startsWith('files/');
    const query = { fields: file ? 'id,name,mimeType' : 'id,name', ...(file && { supportsAllDrives: true }) };
    try {
      return await this.#api.get<{ name?: string; mimeType?: string }>(path, query, { signal });
    } catch (error) {
      problems.push(checkProblemOf(error, signal, 'baseUrl'));
      return null;
    }
  }

  async #startPageToken(signal: AbortSignal): Promise<string> {
    const { driveId } = this.#config;
    const query = { driveId, supportsAllDrives: true };
    const { startPageToken } = await this.#api.get<{ startPageToken?: string }>('changes/startPageToken', query, {
      signal,
    });
    if (!startPageToken) throw invalid('the start of the changes feed has no token');
    return startPageToken;
  }

  async #listed(from: Place, pageSize: number, call: DriveCall) {
    const query = { ...this.#listQuery(from), pageSize, pageToken: from.list };
    const { files, nextPageToken, incompleteSearch } = await this.#api.get<FileList>('files', query, call);
    if (!Array.isArray(files)) throw invalid('a page of files has no files');
    if (nextPageToken && nextPageToken === from.list) throw invalid('a page of files leads to itself');
    if (incompleteSearch)
      throw new Retryable(
        'SOURCE_QUERY_FAILED',
        'Google Drive could not search all drives: set driveId to read one shared drive, or try again later',
      );
    const { list: _list, ...rest } = from;
    const cursor: Place = nextPageToken ? { ...rest, list: nextPageToken } : rest;
    return { ...recordsOfFiles(files), cursor, hasMore: nextPageToken !== undefined };
  }

  async #changed(from: Place, pageSize: number, call: DriveCall) {
    const fields = `nextPageToken,newStartPageToken,changes(changeType,fileId,removed,time,file(${fileFields(this.#config)}))`;
    const query = { ...this.#scope(), includeRemoved: true, pageSize, pageToken: from.changes, fields };
    const answer = await this.#api.get<ChangeList>('changes', query, call);
    const { changes, nextPageToken, newStartPageToken } = answer;
    const next = nextPageToken ?? newStartPageToken;
    if (!Array.isArray(changes) || !next) throw invalid('a page of changes has no changes, or no token');
    if (nextPageToken === from.changes) throw invalid('a page of changes leads to itself');
    const cursor: Place = { ...from, changes: next };
    return { ...recordsOfChanges(changes, this.#config, from), cursor, hasMore: nextPageToken !== undefined };
  }

  #listQuery(scope: ReadScope): Query {
    const { driveId } = this.#config;
    return {
      ...this.#scope(),
      corpora: driveId === undefined ? 'user' : 'drive',
      q: searchQuery(this.#config, scope),
      fields: `nextPageToken,incompleteSearch,files(${fileFields(this.#config)})`,
    };
  }

  /** Listing and changes must cover the same files. */
  #scope(): Query {
    const { driveId, includeItemsFromAllDrives: all } = this.#config;
    return { driveId, supportsAllDrives: true, includeItemsFromAllDrives: all || driveId !== undefined };
  }
}

const invalid = (what: string) => new Retryable('SOURCE_INVALID_RESPONSE', `Google Drive: ${what}`);
