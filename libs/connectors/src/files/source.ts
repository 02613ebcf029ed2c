import { ExternalError, Retryable, Terminal } from '@tidemark/resilience';
import {
  type CheckProblem,
  type CheckResult,
  type ConnectorContext,
  type ObjectManifest,
  type Page,
  type ReadRequest,
  type RecordProblem,
  type Source,
  type SourceRecord,
  toCursor,
} from '@tidemark/connector-sdk';
import { csvRows } from './csv-rows.js';
import { guessesOf } from './sniff.js';
import { fileError } from './file-errors.js';
import { csvDefaults, type FilesConfig } from './files.config.js';
import { Folder, versionOf, type FileVersion } from './folder.js';
import { jsonLines } from './json-lines.js';
import { decoded, markedEncoding } from './decoded.js';
import { bytesOf } from './open-bytes.js';
import { finished, isNew, progressOf, reading, startedAt, type Progress } from './progress.js';
import { FILE_START, type FileBytes, type FilePosition, type FileRow } from './rows.js';

const DEFAULT_PAGE = 1000;
/** Rows that a check reads. */
const SAMPLE = 10;
type ObjectConfig = FilesConfig['objects'][number];

/** Rows of one file, and the progress after them. */
interface Portion {
  readonly rows: readonly FileRow[];
  readonly version: FileVersion;
  readonly progress: Progress;
}

/** Reads the files of a folder, oldest change first. */
export class FilesSource implements Source {
  readonly #folder: Folder;

  constructor(private readonly context: ConnectorContext<FilesConfig>) {
    this.#folder = new Folder(context.filesRoot, context.config.folder, 'source');
  }

  async *read(request: ReadRequest): AsyncGenerator<Page> {
    const { signal, pageSize = DEFAULT_PAGE } = request;
    signal.throwIfAborted();
    const object = this.#object(request.object);
    const start = progressOf(request);
    // A page is held back until the next one is known to exist or not.
    let held: Portion | null = null;
    try {
      for await (const portion of this.#portions(object, start, pageSize, signal)) {
        if (held) yield pageOf(held, object, true);
        held = portion;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (held) yield pageOf(held, object, true);
      throw error;
    }
    if (held) yield pageOf(held, object, false);
    else yield { records: [], problems: [], cursor: toCursor(start), hasMore: false };
  }

  async check(signal: AbortSignal): Promise<CheckResult> {
    const { objects } = this.context.config;
    const found: string[] = [];
    const problems: CheckProblem[] = [];
    if (objects.length === 0)
      problems.push({ code: 'CONFIG_INVALID', field: 'objects', message: 'no objects are configured' });
    for (const [at, object] of objects.entries()) {
      try {
        const files = await this.#list(object, signal);
        const count = files.length;
        const about = [`${count} ${count === 1 ? 'file' : 'files'}`, ...(await this.#guesses(files[0], signal))];
        found.push(`${object.name} (${about.join(', ')})`);
        const message = `no file matches ${object.files}`;
        if (count === 0) problems.push({ code: 'SOURCE_NOT_FOUND', field: `objects.${at}.files`, message });
        else problems.push(...(await this.#complaints(object, at, signal)));
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof ExternalError)) throw error;
        const { code, message } = error;
        const field = code === 'SOURCE_INVALID_RESPONSE' ? `objects.${at}.files` : 'folder';
        problems.push({ code, field, message });
        if (field === 'folder') break;
      }
    }
    return problems.length > 0 ? { ok: false, problems } : { ok: true, message: found.join(', ') };
  }

  async objects(): Promise<readonly ObjectManifest[]> {
    return this.context.config.objects.map(({ name }) => ({
      ...{ name, title: name, incremental: true, deletions: false },
    }));
  }

  async close(): Promise<void> {}

  #object(name: string): ObjectConfig {
    const { objects } = this.context.config;
    const object = objects.find((known) => known.name === name);
    if (object) return object;
    const known = objects.map((one) => one.name).join(', ') || 'none';
    throw new Terminal('SOURCE_NOT_FOUND', `there is no object ${name}; the config has ${known}`, { field: 'objects' });
  }

  /** Problems of the first rows, when none of them is usable. */
  async #complaints(object: ObjectConfig, at: number, signal: AbortSignal): Promise<CheckProblem[]> {
    for await (const portion of this.#portions(object, progressOf({ object: object.name, signal }), SAMPLE, signal)) {
      const { records, problems } = pageOf(portion, object, false);
      if (records.length > 0 || !problems[0]) return [];
      const { code, message } = problems[0];
      return [{ code, message, ...(code === 'OBJECT_MISSING_ID' && { field: `objects.${at}.key` }) }];
    }
    return [];
  }

  /** What is guessed of a file. */
  async #guesses(file: FileVersion | undefined, signal: AbortSignal): Promise<string[]> {
    const opened = file && (await this.#folder.open(file.name));
    if (!opened) return [];
    const { format, csv, encoding } = this.context.config;
    try {
      const bytes = bytesOf(opened.version.name, opened.handle, signal);
      return await guessesOf(bytes, format === 'csv' ? csvDefaults(csv) : undefined, encoding);
    } catch (error) {
      throw fileError(error, 'source', opened.version.name);
    } finally {
      await opened.handle.close();
    }
  }

  #list(object: ObjectConfig, signal: AbortSignal): Promise<FileVersion[]> {
    return this.#folder.list(object.files, { now: () => this.context.now(), signal });
  }

  async *#portions(
    object: ObjectConfig,
    start: Progress,
    pageSize: number,
    signal: AbortSignal,
  ): AsyncGenerator<Portion> {
    let progress = start;
    for (const listed of await this.#list(object, signal)) {
      signal.throwIfAborted();
      const from = startedAt(progress, listed);
      if ((from === null && !isNew(progress, listed)) || !isWanted(listed, progress)) continue;
      const opened = await this.#folder.open(listed.name);
      if (!opened) continue; // Gone since.
      try {
        const { version } = opened;
        // Replaced since: its position in the order has changed.
        if (version.changedAt !== listed.changedAt) throw changed(version);
        const stored = bytesOf(version.name, opened.handle, signal);
        const bytes = decoded(stored, this.context.config.encoding ?? (await markedEncoding(stored)));
        const begin = startedAt(progress, version) ?? FILE_START;
        for await (const { rows, end } of inPages(this.#rows(bytes, begin), pageSize)) {
          mustBeTheSame(version, await opened.handle.stat());
          progress = end ? reading(progress, version, end) : finished(progress, version);
          if (rows.length > 0 || end) yield { rows, version, progress };
        }
      } catch (error) {
        signal.throwIfAborted();
        throw fileError(error, 'source', listed.name);
      } finally {
        await opened.handle.close();
      }
    }
  }

  #rows(bytes: FileBytes, from: FilePosition): AsyncIterable<FileRow> {
    const { format, csv, maxRowBytes } = this.context.config;
    const options = { maxRowBytes };
    return format === 'csv' ? csvRows(bytes, csvDefaults(csv), from, options) : jsonLines(bytes, from, options);
  }
}

/** Pages of rows, and the position after each; null after the last page of the file, which may be empty. */
async function* inPages(rows: AsyncIterable<FileRow>, size: number) {
  let page: FileRow[] = [];
  for await (const row of rows) {
    if (page.length >= size) {
      yield { rows: page, end: page.at(-1)!.end };
      page = [];
    }
    page.push(row);
  }
  yield { rows: page, end: null };
}

function isWanted({ modifiedAt }: FileVersion, { since, window }: Progress): boolean {
  if (window) return modifiedAt >= Date.parse(window.from) && modifiedAt < Date.parse(window.to);
  return since === undefined || modifiedAt >= Date.parse(since);
}

const changed = ({ name }: FileVersion) =>
  new Retryable('SOURCE_INVALID_RESPONSE', `${name} changed while it was read`);

/** A file written during a read yields rows of neither version. */
function mustBeTheSame(version: FileVersion, now: Parameters<typeof versionOf>[1]): void {
  const { size, modifiedAt } = versionOf(version.name, now);
  if (size !== version.size || modifiedAt !== version.modifiedAt) throw changed(version);
}

function pageOf({ rows, version, progress }: Portion, object: ObjectConfig, hasMore: boolean): Page {
  const records: SourceRecord[] = [];
  const problems: RecordProblem[] = [];
  const { name: objectType, key } = object;
  const updatedAt = new Date(version.modifiedAt).toISOString();
  for (const { data, problem, end } of rows) {
    if (problem || !data) {
      problems.push({ objectType, code: 'OBJECT_INVALID', message: '', ...problem });
      continue;
    }
    const missing = key?.find((field) => data[field] === undefined || data[field] === null || data[field] === '');
    if (missing !== undefined) {
      const message = `${version.name}, row ${end.row}: the key ${missing} has no value`;
      problems.push({ objectType, code: 'OBJECT_MISSING_ID', message, field: missing, data });
      continue;
    }
    const externalId = key ? key.map((field) => textOf(data[field])).join('/') : `${version.name}#${end.row}`;
    records.push({ externalId, objectType, data, updatedAt });
  }
  return { records, problems, cursor: toCursor(progress), hasMore };
}

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value));
