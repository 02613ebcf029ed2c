import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { configProblems, type Page } from '@tidemark/connector-sdk';
import { openForTest } from '@tidemark/connector-sdk/testing';
import { connector } from './http-json.connector.js';
import { iso, serve, shapes, type Item } from './testing/published.js';

interface Example {
  readonly baseUrl: string;
  readonly objects: readonly { readonly name: string; readonly incremental?: unknown; readonly parent?: unknown }[];
}

const folder = join(import.meta.dirname, 'examples');
const names = readdirSync(folder)
  .map((file) => file.replace('.json', ''))
  .sort();
const signal = new AbortController().signal;
const START = Date.UTC(2026, 0, 10, 12);
const DAY = 86_400_000;
const items: readonly Item[] = Array.from({ length: 23 }, (_, n) => ({ id: String(101 + n), at: START + n * DAY }));

/** The example with its own path on a local server, polling without delay. */
function exampleOn(name: string, url: string): Example {
  const text = readFileSync(join(folder, `${name}.json`), 'utf8').replace('"everySeconds": 5', '"everySeconds": 1');
  const example = JSON.parse(text) as Example;
  return { ...example, baseUrl: url + new URL(example.baseUrl).pathname };
}

async function read(config: Example, object: string, request: object = {}, pages = Infinity): Promise<Page[]> {
  await using opened = await openForTest(connector, 'source', { config });
  const got: Page[] = [];
  for await (const page of opened.source.read({ object, signal, pageSize: 5, ...request }))
    if (got.push(JSON.parse(JSON.stringify(page)) as Page) >= pages) break;
  return got;
}

const idsOf = (pages: readonly Page[]) => pages.flatMap(({ records }) => records.map(({ externalId }) => externalId));
const unique = (ids: readonly string[]) => [...new Set(ids)];
const all = items.map(({ id }) => id);

describe.each(names)('the example for %s', (name) => {
  const open = async () => serve((asked, url) => shapes[name]!(asked, items, url));
  const objectOf = ({ objects }: Example) => objects.find(({ parent }) => !parent)!;

  it('is a valid config, and passes the check on a server of the published shape', async () => {
    await using server = await open();
    const config = exampleOn(name, server.url);
    expect(configProblems(connector.manifest, config)).toEqual([]);
    await using opened = await openForTest(connector, 'source', { config });
    expect(await opened.source.check(signal)).toMatchObject({ ok: true });
  });

  it('reads everything, also when it is killed after every page', async () => {
    await using server = await open();
    const config = exampleOn(name, server.url);
    const whole = await read(config, objectOf(config).name);
    expect(unique(idsOf(whole))).toEqual(all);
    expect(whole.map(({ hasMore }) => hasMore)).toEqual(whole.map((_page, at) => at < whole.length - 1));
    const pieces: Page[] = [];
    do pieces.push(...(await read(config, objectOf(config).name, { cursor: pieces.at(-1)?.cursor ?? null }, 1)));
    while (pieces.at(-1)!.hasMore);
    expect(unique(idsOf(pieces))).toEqual(all);
  });

  it('reads only what changed since a time, where the API can', async () => {
    await using server = await open();
    const config = exampleOn(name, server.url);
    const { name: object, incremental } = objectOf(config);
    if (!incremental) return;
    const since = iso(START + 15 * DAY);
    expect(unique(idsOf(await read(config, object, { since })))).toEqual(all.slice(15));
    const later = await read(config, object, { since: iso(START + 900 * DAY) });
    expect(idsOf(later)).toEqual([]);
  });
});

it('every published shape has an example', () => expect(names).toEqual(Object.keys(shapes).sort()));

describe('children of examples', () => {
  it.each([
    ['slack', 'messages', all.map((id) => `${id}/1.1`)],
    ['gmail', 'messages', all],
  ])('%s: reads %s of every parent', async (name, object, expected) => {
    await using server = await serve((asked, url) => shapes[name]!(asked, items, url));
    const pages = await read(exampleOn(name, server.url), object);
    expect(idsOf(pages)).toEqual(expected);
    expect(pages.flatMap(({ problems }) => problems)).toEqual([]);
  });
});
