import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { IgnoreRule, ParsedDocument } from '@tidemark/openapi-diff';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { Session } from '../session.js';

/** Larger input is rejected without reading it to its end. */
const MAX_BYTES = 64 * 1024 ** 2;
const TIMEOUT_MS = 120_000;

export const badInput = (message: string, cause: unknown, code = 'BAD_INPUT'): CliError =>
  new CliError(exitCodes.usage, code, message, {}, { cause });

/** Reads a description from a file, an http(s) URL, or standard input (`-`). @throws CliError with name, line and column */
export async function readDescription(
  name: string,
  { folder, signal }: Pick<Session, 'folder' | 'signal'>,
): Promise<ParsedDocument> {
  const { parse, ParseError } = await import('@tidemark/openapi-diff');
  const bytes = /^https?:\/\//i.test(name) ? await fetched(name, signal) : await bytesOf(name, folder);
  try {
    return parse(bytes, { source: sourceOf(name) });
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
