import { readFile } from 'node:fs/promises';
import type { JsonObject } from '@tidemark/connector-sdk';

/** The rows of a file; none if it does not exist. */
export async function readJsonLines(path: string): Promise<JsonObject[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as JsonObject);
}
