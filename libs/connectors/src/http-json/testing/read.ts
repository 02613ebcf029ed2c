import type { Page } from '@tidemark/connector-sdk';
import { openForTest } from '@tidemark/connector-sdk/testing';
import { connector } from '../http-json.connector.js';

/** Reads an object on a local server; cursors pass through JSON, as in a store. */
export async function readPages(
  config: unknown,
  object = 'items',
  request: object = {},
  pages = Infinity,
): Promise<Page[]> {
  // prettier-ignore
  await using opened = await openForTest(connector, 'source', { config });
  const got: Page[] = [];
  for await (const page of opened.source.read({ object, signal: new AbortController().signal, ...request }))
    if (got.push(JSON.parse(JSON.stringify(page)) as Page) >= pages) break;
  return got;
}

export const idsOf = (pages: readonly Page[]): string[] =>
  pages.flatMap(({ records }) => records.map(({ externalId }) => externalId));

export const problemsOf = (pages: readonly Page[]) => pages.flatMap(({ problems }) => problems);
