import { constants } from 'node:fs';
import { open, readdir, realpath, stat, type FileHandle } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { globOf, sleep } from '@tidemark/foundation';
import { Terminal, type Side } from '@tidemark/resilience';
import { fileError } from './file-errors.js';

/** One version of a file. Times in milliseconds since 1970. */
export interface FileVersion {
  readonly name: string;
  readonly size: number;
  readonly modifiedAt: number;
  /** When content or name last changed, by the file system's own clock: unlike `modifiedAt` it cannot be set back. */
  readonly changedAt: number;
}

/** A file this old is visible to all readers, and any later write to it gets a later time. */
const SETTLED_MS = 100;

/** The folder of a connection: nothing outside the operator's root is accessed, not even through links. */
export class Folder {
  constructor(
    private readonly root: string | null,
    private readonly path: string,
    private readonly side: Side,
  ) {}

  /** Its real path. @throws Terminal when it is outside · Retryable when it is not there */
  async real(): Promise<string> {
    const refused = (why: string) =>
      new Terminal(`${this.side === 'source' ? 'SOURCE' : 'DESTINATION'}_FORBIDDEN`, `folder ${this.path} ${why}`, {
        field: 'folder',
      });
    if (this.root === null)
      throw refused(
        'cannot be used: this installation does not allow connectors to access files: its operator sets TIDEMARK_FILES_ROOT',
      );
    const requested = resolve(this.root, this.path);
    if (!isInside(requested, resolve(this.root))) throw refused('is outside the folder for files');
    try {
      const [root, real] = await Promise.all([realpath(this.root), realpath(requested)]);
      if (!isInside(real, root)) throw refused('leads outside the folder for files');
      if (!(await stat(real)).isDirectory()) throw refused('is not a folder');
      return real;
    } catch (error) {
      throw fileError(error, this.side, `folder ${this.path}`);
    }
  }

  /**
   * The files whose names match, in order of their last change. Links, hidden files and files that change meanwhile are
   * skipped: it waits until nothing can appear before the listed files.
   */
  async list(pattern: string, { now, signal }: { now(): number; signal: AbortSignal }): Promise<FileVersion[]> {
    const until = now();
    const files = await this.#list(pattern);
    if (files.every(({ changedAt }) => changedAt < until - SETTLED_MS)) return files;
    await sleep(SETTLED_MS, { signal });
    // Our clock has whole milliseconds, the file system's is finer.
    return (await this.#list(pattern)).filter(({ changedAt }) => Math.floor(changedAt) <= until);
  }

  async #list(pattern: string): Promise<FileVersion[]> {
    const folder = await this.real();
    try {
      const fits = globOf(pattern, { question: true });
      const entries = await readdir(folder, { withFileTypes: true });
      const names = entries
        .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && fits(entry.name))
        .map(({ name }) => name);
      const versions = await Promise.all(names.map((name) => this.#version(folder, name)));
      return versions
        .filter((version) => version !== null)
        .sort((a, b) => a.changedAt - b.changedAt || (a.name < b.name ? -1 : 1));
    } catch (error) {
      throw fileError(error, this.side, `folder ${this.path}`);
    }
  }

  /** Opens a file for reading; null when it is gone. Returns the version that was opened. */
  async open(name: string): Promise<{ readonly handle: FileHandle; readonly version: FileVersion } | null> {
    if (name !== basename(name) || name.startsWith('.')) throw new Error(`${name} is not a valid file name`);
    const folder = await this.real();
    try {
      const handle = await open(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW);
      return { handle, version: versionOf(name, await handle.stat()) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw fileError(error, this.side, name);
    }
  }

  async #version(folder: string, name: string): Promise<FileVersion | null> {
    const found = await stat(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    return found && versionOf(name, found);
  }
}

type Stat = { readonly size: number; readonly mtimeMs: number; readonly ctimeMs: number };
export const versionOf = (name: string, { size, mtimeMs, ctimeMs }: Stat): FileVersion => ({
  ...{ name, size, modifiedAt: mtimeMs, changedAt: ctimeMs },
});

function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
