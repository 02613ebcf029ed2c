import { execFile } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { firstLine } from '@tidemark/foundation';
import type { IgnoreRule, ParsedDocument } from '@tidemark/openapi-diff';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';

/** Larger input is rejected without reading it to its end. */
const MAX_BYTES = 64 * 1024 ** 2;
const TIMEOUT_MS = 120_000;

export const badInput = (message: string, cause: unknown, code = 'BAD_INPUT'): CliError =>
  new CliError(exitCodes.usage, code, message, {}, { cause });

/**
 * Reads a description, also a gzipped one, from a file, an http(s) URL, a git revision (`git:REV:path`, or as git writes it:
 * `HEAD:openapi.yaml`) or standard input (`-`).
 * @throws CliError with name, line and column
 */
export async function readDescription(
  name: string,
  { folder, signal }: Pick<Session, 'folder' | 'signal'>,
): Promise<ParsedDocument> {
  const { parse, ParseError } = await import('@tidemark/openapi-diff');
  const bytes = /^https?:\/\//i.test(name)
    ? await fetched(name, signal)
    : ((await ofRevision(name, folder)) ?? (await bytesOf(name, folder)));
  try {
    return parse(await unzipped(bytes, name), { source: sourceOf(name) });
  } catch (error) {
    throw error instanceof ParseError ? badInput(error.message, error) : error;
  }
}

/** Reads an ignore list. @throws CliError that names the field at fault */
export async function readIgnoreFile(name: string, folder: string): Promise<IgnoreRule[]> {
  const { IgnoreListError, readIgnoreList } = await import('@tidemark/openapi-diff');
  try {
    return readIgnoreList(await readJsonFile(name, folder));
  } catch (error) {
    throw error instanceof IgnoreListError ? badInput(`${name}: ${error.message}`, error) : error;
  }
}

/** @throws CliError with name, line and column */
export async function readJsonFile(name: string, folder: string): Promise<unknown> {
  const { parseJson, ParseError } = await import('@tidemark/openapi-diff');
  const bytes = await bytesOf(name, folder);
  try {
    return parseJson(bytes, { source: sourceOf(name) });
  } catch (error) {
    throw error instanceof ParseError ? badInput(error.message, error) : error;
  }
}

const sourceOf = (name: string) => (name === '-' ? 'standard input' : name);

async function bytesOf(name: string, folder: string): Promise<Uint8Array> {
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

/** A file as a git revision has it; undefined when the name is not of that form, or there is such a file. */
async function ofRevision(name: string, folder: string): Promise<Uint8Array | undefined> {
  const object = name.startsWith('git:') ? name.slice('git:'.length) : name;
  // A single letter before the colon is a drive.
  if (!/^[^:-][^:]+:[^:]/.test(object) || (object === name && existsSync(resolve(folder, name)))) return undefined;
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(object)) return undefined;
  try {
    const options = { cwd: folder, encoding: 'buffer', maxBuffer: MAX_BYTES } as const;
    return (await run('git', ['show', '--no-textconv', '--end-of-options', object], options)).stdout;
  } catch (error) {
    const { code, stderr } = error as { code?: string | number; stderr?: Buffer };
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
async function fetched(url: string, signal: AbortSignal): Promise<Uint8Array> {
  if (!URL.canParse(url)) throw badInput(`${url}: not a URL`, undefined);
  const { createHttpClient, ExternalError } = await import('@tidemark/resilience');
  const { hostname, port, protocol } = new URL(url);
  const named = `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
  const http = createHttpClient({ side: 'source', allow: [named], maxBytes: MAX_BYTES });
  try {
    return (await http.request({ url, signal, timeoutMs: TIMEOUT_MS })).body;
  } catch (error) {
    if (signal.aborted) throw new CliError(exitCodes.interrupted, 'INTERRUPTED', 'interrupted');
    throw error instanceof ExternalError ? badInput(error.message, error, error.code) : error;
  } finally {
    await http.close();
  }
}
