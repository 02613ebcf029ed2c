import type { IgnoreRule, ParsedDocument } from '@tidemark/openapi-diff';
import { badInput, bytesOf, openSource, type SourceOptions } from './diff-source.js';

/**
 * Reads a description with the documents that it refers to, as far as they are in its folder.
 * @throws CliError with name, line and column
 */
export async function readDescription(name: string, options: SourceOptions): Promise<ParsedDocument> {
  const { bundleFiles, parse, ParseError } = await import('@tidemark/openapi-diff');
  const { bytes, base, read } = await openSource(name, options);
  try {
    const parsed = parse(bytes, { source: sourceOf(name) });
    return base === undefined ? parsed : await bundleFiles(parsed, base, read);
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
