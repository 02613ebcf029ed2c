import { describe, expect, it } from '@jest/globals';
import { Terminal } from '@tidemark/resilience';
import { TestToken, openForTest } from '@tidemark/connector-sdk/testing';
import type { Page } from '@tidemark/connector-sdk';
import { connector } from './http-json.connector.js';
import { serve, type Answered } from './testing/published.js';
import { idsOf, problemsOf, readPages } from './testing/read.js';

const lines = Array.from({ length: 2500 }, (_, id) => JSON.stringify({ id })).join('\n');

/** An API that makes exports, and a store of files elsewhere that refuses credentials. */
async function start({ fails = false, empty = false } = {}) {
  const made: string[] = [];
  const gone = new Set<string>();
  const files = await serve(({ headers }) =>
    headers['authorization'] === undefined ? [200, lines, { 'content-type': 'application/octet-stream' }] : [403, {}],
  );
  const api = await serve(({ method, path }): Answered => {
    if (method === 'POST') return [202, { export: { id: made.push('x') } }];
    const id = path.split('/').at(-1)!;
    if (gone.has(id)) return [404, {}];
    return [200, { state: fails ? 'failed' : 'done', url: empty ? null : `${files.url}/${id}?signature=abc` }];
  });
  const config = {
    baseUrl: api.url,
    objects: [
      {
        ...{ name: 'items', path: '/unused', format: 'ndjson' },
        export: {
          create: { path: '/exports', id: 'export.id' },
          poll: { path: '/exports/{{export}}', done: "state == 'done'", failed: "state == 'failed'", url: 'url', everySeconds: 1 }, // prettier-ignore
          downloadFrom: [files.url],
        },
      },
    ],
  };
  const dispose = async () => {
    await files[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
  };
  return { config, made, gone, files, api, [Symbol.asyncDispose]: dispose };
}

const all = Array.from({ length: 2500 }, (_, id) => String(id));

describe('an export', () => {
  it('is made, waited for, and downloaded from elsewhere without the credential', async () => {
    await using world = await start();
    const credential = new TestToken();
    await using opened = await openForTest(connector, 'source', { config: world.config, credential });
    const pages = await Array.fromAsync(opened.source.read({ object: 'items', signal: new AbortController().signal }));
    expect(idsOf(pages)).toEqual(all);
    expect(world.api.asked.every(({ headers }) => headers['authorization'] !== undefined)).toBe(true);
    expect(JSON.stringify(pages.map(({ cursor }) => cursor))).not.toContain('signature');
    expect(Math.max(...pages.map(({ records }) => records.length))).toBe(1000);
  });

  it('outlives the process that made it', async () => {
    await using world = await start();
    const pieces: Page[] = [];
    do pieces.push(...(await readPages(world.config, 'items', { cursor: pieces.at(-1)?.cursor ?? null }, 1)));
    while (pieces.at(-1)!.hasMore);
    expect(idsOf(pieces)).toEqual(all);
    expect(world.made).toHaveLength(1);
  });

  it('is made again when it is gone, and the read says so', async () => {
    await using world = await start();
    const [first] = await readPages(world.config, 'items', {}, 1);
    world.gone.add('1');
    const pages = await readPages(world.config, 'items', { cursor: first!.cursor });
    expect(idsOf(pages)).toEqual(all);
    expect(problemsOf(pages)).toMatchObject([{ code: 'READ_RESTARTED' }]);
    expect(world.made).toHaveLength(2);
  });

  it('may fail, have nothing, or lead where it must not', async () => {
    await using failing = await start({ fails: true });
    await expect(readPages(failing.config)).rejects.toBeInstanceOf(Terminal);
    await using empty = await start({ empty: true });
    expect(idsOf(await readPages(empty.config))).toEqual([]);
    await using world = await start();
    const [object] = world.config.objects;
    const astray = { ...world.config, objects: [{ ...object!, export: { ...object!.export, downloadFrom: [] } }] };
    await expect(readPages(astray)).rejects.toMatchObject({ field: 'objects.0.export.downloadFrom' });
  });
});
