import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCredential, createHttpPool, type HttpClientOptions } from '@tidemark/resilience';
import { z } from 'zod';
import { httpUrl } from './manifest/fields.js';
import { defineConnector } from './connector.js';
import type { Manifest } from './manifest/manifest.js';
import { ConfigInvalid, openDestination, openSource } from './open.js';
import type { Page, ReadRequest } from './source.js';

const config = z.strictObject({ baseUrl: httpUrl, path: z.string().default('/') });
const manifest: Manifest<z.infer<typeof config>> = {
  name: 'example',
  title: 'Example',
  description: 'Reads one page.',
  config,
  auth: ['bearer'],
  credentialOrigin: ({ baseUrl }) => baseUrl,
  source: { objects: 'configured', modes: ['full'], pageSize: { min: 2, initial: 5, max: 10 } },
};
const seen: ReadRequest[] = [];
const example = defineConnector(manifest, {
  openSource: ({ http, config: { baseUrl, path } }) => ({
    async *read(request): AsyncGenerator<Page> {
      seen.push(request);
      await http.request({ url: new URL(path, baseUrl).href, signal: request.signal });
      yield { records: [], problems: [], cursor: {}, hasMore: false };
    },
    check: async () => ({ ok: true, message: 'well' }),
    close: async () => {},
  }),
});

const pool = createHttpPool({ allow: ['127.0.0.1'] });
const heard: (string | undefined)[] = [];
const server = createServer((request, response) => {
  heard.push(request.headers.authorization);
  response.end('{}');
});
let baseUrl: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await pool.close();
  server.close();
});

const signal = new AbortController().signal;
const fail = async (): Promise<never> => {
  throw new Error('no request was expected');
};
const open = (given: object) => {
  const credential = createCredential(
    'c1',
    { kind: 'bearer', token: 'hunter2' },
    { http: pool.client({ side: 'source' }) },
  );
  return openSource({ connector: example, config: given, pool, credential });
};
const readAll = async (given: object, more: Partial<ReadRequest> = {}) => {
  const source = open(given);
  const pages = await Array.fromAsync(source.read({ object: 'things', signal, ...more }));
  await source.close();
  return pages;
};

describe('a connection', () => {
  it('sends its credential to the origin of its config, and to no other', async () => {
    await readAll({ baseUrl, path: '/things' });
    expect(heard).toEqual(['Bearer hunter2']);
    const elsewhere = baseUrl.replace('127.0.0.1', 'localhost');
    await expect(readAll({ baseUrl: elsewhere, path: `${baseUrl}/things` })).rejects.toMatchObject({
      code: 'SOURCE_ADDRESS_REFUSED',
    });
    expect(heard).toHaveLength(1);
  });

  it('is a wrapper that does not modify the object of the connector', async () => {
    const source = Object.freeze({
      read: async function* (): AsyncGenerator<Page> {},
      check: async () => ({ ok: true, message: 'well' }) as const,
      close: async () => {},
    });
    const destination = Object.freeze({
      write: async () => [],
      check: async () => ({ ok: true, message: 'well' }) as const,
      close: async () => {},
    });
    const both = defineConnector(
      { ...manifest, destination: { modes: ['append'], batchSize: { initial: 1, max: 1 }, concurrency: 1 } },
      { openSource: () => source, openDestination: () => destination },
    );
    const closed: string[] = [];
    const watched = {
      ...{ breaker: pool.breaker, resolveGuarded: pool.resolveGuarded, close: pool.close },
      client: (options: HttpClientOptions) => ({ request: fail, close: async () => void closed.push(options.side) }),
    };
    for (const open of [openSource, openDestination]) {
      const opened = open({ connector: both, config: { baseUrl }, pool: watched });
      expect(await opened.check(signal)).toEqual({ ok: true, message: 'well' });
      await opened.close();
    }
    expect(closed).toEqual(['source', 'destination']);
  });

  it('is called with page sizes that the manifest allows', async () => {
    for (const [requested, given] of [
      [1, 2],
      [7, 7],
      [99, 10],
      [undefined, undefined],
    ]) {
      await readAll({ baseUrl }, requested === undefined ? {} : { pageSize: requested });
      expect(seen.at(-1)!.pageSize).toBe(given);
    }
  });

  it('reports all problems of its config at once, and that it cannot be written to', () => {
    const wrong = { baseUrl: 'x', more: 1 };
    expect(() => open(wrong)).toThrow(ConfigInvalid);
    expect(() => open(wrong)).toThrow(
      'the config of example is not valid: baseUrl must be an http or https URL; more is',
    );
    expect(() => openDestination({ connector: example, config: { baseUrl }, pool })).toThrow(
      'example cannot be written to',
    );
  });
});
