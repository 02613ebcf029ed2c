import { createHash } from 'node:crypto';
import { access, constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { ExternalError, Terminal } from '@tidemark/resilience';
import type { CheckResult, ConnectorContext, Destination, RowResult, WriteBatch } from '@tidemark/connector-sdk';
import { removeAbandoned, writeWhole } from './atomic-file.js';
import { encodeRows } from './encode.js';
import { fileError } from './file-errors.js';
import type { FilesConfig } from './files.config.js';
import { Folder } from './folder.js';

const zip = promisify(gzip);
const unzip = promisify(gunzip);
const LONGEST_ID = 100;

/**
 * Writes one file per batch, named after object and batch: `orders.job-7-0001.jsonl`. Files are written atomically, and a
 * repeated batch finds its file: nothing is torn or duplicated. Different rows under the same id get another file.
 */
export class FilesDestination implements Destination {
  readonly #folder: Folder;
  #tidied: Promise<void> | undefined;

  constructor(private readonly context: ConnectorContext<FilesConfig>) {
    this.#folder = new Folder(context.filesRoot, context.config.folder, 'destination');
  }

  async write(batch: WriteBatch, signal: AbortSignal): Promise<readonly RowResult[]> {
    signal.throwIfAborted();
    if (batch.mode !== 'append') throw refused(`files support only mode append, not ${batch.mode}`);
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(batch.object))
      throw refused(`${JSON.stringify(batch.object)} cannot be part of a file's name`);
    const { content, results } = encodeRows(batch.rows, this.context.config);
    if (!results.some(({ status }) => status === 'created')) return results;
    const folder = await this.#folder.real();
    let name = this.#nameOf(batch);
    try {
      await (this.#tidied ??= removeAbandoned(folder, this.context.now()));
      const there = await this.#contentOf(join(folder, name));
      if (there === content) return results;
      // Different rows under the same id are another batch: reusing an id loses nothing.
      if (there !== null) name = this.#nameOf(batch, content);
      const bytes = this.context.config.gzip ? await zip(content) : Buffer.from(content);
      signal.throwIfAborted();
      await writeWhole(folder, name, bytes);
    } catch (error) {
      this.#tidied = undefined;
      throw fileError(error, 'destination', name);
    }
    return results;
  }

  async check(): Promise<CheckResult> {
    try {
      const folder = await this.#folder.real();
      await access(folder, constants.W_OK | constants.X_OK).catch((error: unknown) => {
        throw fileError(error, 'destination', `folder ${this.context.config.folder}`);
      });
      return { ok: true, message: `folder ${this.context.config.folder} is writable` };
    } catch (error) {
      if (!(error instanceof ExternalError)) throw error;
      return { ok: false, problems: [{ code: error.code, field: 'folder', message: error.message }] };
    }
  }

  async close(): Promise<void> {}

  /** `content`: distinguishes the name from the plain one. */
  #nameOf({ id, object }: WriteBatch, content?: string): string {
    const { format, gzip: zipped } = this.context.config;
    const plain = /^[A-Za-z0-9_-]+$/.test(id) && id.length <= LONGEST_ID;
    const part = plain ? id : digest(id);
    return [object, part, ...(content === undefined ? [] : [digest(content)]), `${format}${zipped ? '.gz' : ''}`].join(
      '.',
    );
  }

  /** Null when there is no such file. */
  async #contentOf(path: string): Promise<string | null> {
    try {
      const bytes = await readFile(path);
      return (this.context.config.gzip ? await unzip(bytes) : bytes).toString('utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return null;
      if (code?.startsWith('Z_')) return ''; // Not ours.
      throw error;
    }
  }
}

const refused = (message: string) => new Terminal('DESTINATION_REQUEST_REFUSED', message);

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
