import { execFile } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, posix, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { firstLine } from '@tidemark/foundation';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';

/** Larger input is rejected without reading it to its end. */
const MAX_BYTES = 64 * 1024 ** 2;
const TIMEOUT_MS = 120_000;

export const badInput = (message: string, cause: unknown, code = 'BAD_INPUT'): CliError =>
  new CliError(exitCodes.usage, code, message, {}, { cause });

/** Where a description comes from, and what it may refer to. */
export interface Source {
  readonly bytes: Uint8Array;
  /** Its own URL: relative references start here. Undefined when references to other documents are not followed. */
  readonly base?: string;
  /** Reads a document that it refers to; undefined when it is outside the folder, or is not there. */
  read(url: string): Promise<Uint8Array | undefined>;
}

export interface SourceOptions extends Pick<Session, 'folder' | 'signal'> {
  /** The folder that references may lead into. Default: the folder of the description. */
  readonly refs?: string | undefined;
}

/**
 * Opens a file, an http(s) URL, a file in git (`git:REV:path`, or as git writes it: `HEAD:openapi.yaml`) or standard input
 * (`-`); also gzipped. @throws CliError that names it
 */
export async function openSource(name: string, options: SourceOptions): Promise<Source> {
  if (/^https?:\/\//i.test(name)) return ofUrl(name, options);
  const revision = revisionOf(name, options.folder);
  const source = revision === undefined ? ofFile(name, options) : ofRevision(name, revision, options);
  return limited(await source);
}

/** All documents of one description together are limited as one is. */
function limited(source: Source): Source {
  let left = MAX_BYTES - source.bytes.byteLength;
  return {
    ...source,
    async read(url) {
      const bytes = await source.read(url);
      left -= bytes?.byteLength ?? 0;
      if (left < 0)
        throw badInput(`${url}: the description and what it refers to have more than ${MAX_BYTES} bytes`, undefined);
      return bytes;
    },
  };
}

async function ofFile(name: string, { folder, refs }: SourceOptions): Promise<Source> {
  const bytes = await unzipped(await bytesOf(name, folder), name);
  if (name === '-' && refs === undefined) return { bytes, read: async () => undefined };
  const path = name === '-' ? resolve(folder, refs!, 'stdin') : resolve(folder, name);
  const root = refs === undefined ? dirname(path) : resolve(folder, refs);
  return {
    bytes,
    base: pathToFileURL(path).href,
    async read(url) {
      const file = isBelow(url, pathToFileURL(`${root}/`)) ? pathOf(url) : undefined;
      // A link may lead out of the folder, and a pipe may never end.
      const real = file === undefined ? undefined : await realpath(file).catch(() => undefined);
      if (real === undefined || !real.startsWith(`${(await realpath(root)).replace(/\/$/, '')}/`)) return undefined;
      if (!(await stat(real)).isFile()) return undefined;
      return unzipped(await bytesOf(real, folder), file!);
    },
  };
}

/** Whether a URL is in a folder, however it is written: URLs are already without `..`. */
const isBelow = (url: string, folder: URL): boolean => url.startsWith(folder.href);

/** Undefined when the URL has an encoded slash or another host, or is of another scheme. */
function pathOf(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

export async function bytesOf(name: string, folder: string): Promise<Uint8Array> {
  // Most likely an unset variable; as a path it would be the folder itself.
  if (name === '') throw badInput('cannot be read: the file name is empty', undefined);
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(name))
    throw badInput(`${name}: cannot be read: not a file or an http(s) URL`, undefined);
  const path = resolve(folder, name);
  try {
    if (name === '-') return await gathered(process.stdin, name);
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw tooLarge(name);
    // A file without a size may be a pipe or a device, and never end.
    return size > 0 ? await readFile(path) : await gathered(createReadStream(path), name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw error instanceof CliError ? error : badInput(`${name}: cannot be read: ${reasons[code!] ?? code}`, error);
  }
}

const run = promisify(execFile);

/** A file in git: what stands before the colon, and after it. */
interface Revision {
  readonly revision: string;
  readonly path: string;
}

/** Undefined when the name is not of that form, or there is such a file. */
function revisionOf(name: string, folder: string): Revision | undefined {
  const object = name.startsWith('git:') ? name.slice('git:'.length) : name;
  // A single letter before the colon is a drive.
  const [, revision, path] = /^([^:-][^:]+):([^:].*)$/s.exec(object) ?? [];
  if (revision === undefined || path === undefined || path.startsWith('//')) return undefined;
  return object === name && existsSync(resolve(folder, name)) ? undefined : { revision, path };
}

async function ofRevision(name: string, { revision, path }: Revision, options: SourceOptions): Promise<Source> {
  const { folder, refs } = options;
  const shown = (file: string) =>
    run('git', ['show', '--no-textconv', '--end-of-options', `${revision}:${file}`], {
      cwd: folder,
      encoding: 'buffer',
      maxBuffer: MAX_BYTES,
    });
  // `./` and `../` start from the user's folder, anything else from the repository's; URLs would lose the difference.
  const [, up, rest] = /^((?:\.{1,2}\/)*)(.*)$/s.exec(path)!;
  const root = refs === undefined ? posix.dirname(`/${rest}`) : posix.resolve('/', refs);
  try {
    return {
      bytes: await unzipped((await shown(path)).stdout, name),
      base: pathToFileURL(`/${rest}`).href,
      async read(url) {
        const file = isBelow(url, pathToFileURL(root === '/' ? root : `${root}/`)) ? pathOf(url) : undefined;
        if (file === undefined) return undefined;
        const found = await shown(up + file.slice(1)).catch(() => undefined);
        return found && unzipped(found.stdout, file);
      },
    };
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: Buffer };
    if (error instanceof CliError) throw error;
    if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') throw tooLarge(name);
    const reason = code === 'ENOENT' ? 'git is not installed' : firstLine(stderr?.toString() ?? '');
    throw badInput(`${name}: cannot be read: ${reason}`, error);
  }
}

async function unzipped(bytes: Uint8Array, name: string): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(name);
    throw badInput(`${name}: cannot be read: damaged gzip data`, error);
  }
}

async function gathered(stream: AsyncIterable<Buffer>, name: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > MAX_BYTES) throw tooLarge(name);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const tooLarge = (name: string) => badInput(`${name}:1:1: the document is larger than ${MAX_BYTES} bytes`, undefined);

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'is a folder',
  EACCES: 'permission denied',
};

/** The requested host may be private; redirect targets must be public. */
async function ofUrl(name: string, { signal, refs }: SourceOptions): Promise<Source> {
  const { body, url: base } = await fetched(name, signal);
  const folder = new URL(refs ?? '.', base);
  return limited({
    bytes: await unzipped(body, name),
    base,
    read: async (url) => {
      if (!isBelow(url, folder)) return undefined;
      try {
        return await unzipped((await fetched(url, signal)).body, url);
      } catch (error) {
        if (error instanceof CliError && error.exitCode !== exitCodes.interrupted) return undefined;
        throw error;
      }
    },
  });
}

async function fetched(url: string, signal: AbortSignal): Promise<{ readonly body: Uint8Array; readonly url: string }> {
  if (!URL.canParse(url)) throw badInput(`${url}: not a URL`, undefined);
  const { createHttpClient, ExternalError } = await import('@tidemark/resilience');
  const { hostname, port, protocol } = new URL(url);
  const named = `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
  const http = createHttpClient({ side: 'source', allow: [named], maxBytes: MAX_BYTES });
  try {
    return await http.request({ url, signal, timeoutMs: TIMEOUT_MS });
  } catch (error) {
    if (signal.aborted) throw new CliError(exitCodes.interrupted, 'INTERRUPTED', 'interrupted');
    throw error instanceof ExternalError ? badInput(error.message, error, error.code) : error;
  } finally {
    await http.close();
  }
}
