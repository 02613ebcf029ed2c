import { gzipSync } from 'node:zlib';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCredential, type CredentialData, PageSize, parseMasterKeys } from './index.js';
import { HttpWorld } from './testing/http-world.js';

const TOKEN = 'hunter2-swordfish';

let world: HttpWorld;
beforeEach(() => {
  world = new HttpWorld();
});
afterEach(() => world.close());

const credentials: CredentialData[] = [
  { kind: 'bearer', token: TOKEN },
  { kind: 'basic', username: 'me', password: TOKEN },
  { kind: 'api-key', key: TOKEN, in: 'header', name: 'X-Api-Key' },
  { kind: 'api-key', key: TOKEN, in: 'query', name: 'key' },
  {
    kind: 'oauth2-authorization-code',
    client: { clientId: 'us', clientSecret: TOKEN, tokenUrl: 'http://127.0.0.1:1/' },
    tokens: { accessToken: TOKEN, refreshToken: `${TOKEN}-2`, obtainedAt: 0 },
  },
  {
    kind: 'oauth2-client-credentials',
    client: { clientId: 'us', clientSecret: TOKEN, tokenUrl: 'http://127.0.0.1:1/' },
    tokens: { accessToken: TOKEN, obtainedAt: 0 },
  },
];

/** Everything about a value that a log might print: its text, its own properties, and its causes. */
function everything(value: unknown, seen = new Set<unknown>()): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (seen.has(value)) return '';
  seen.add(value);
  const shown = [inspect(value, { depth: 10, showHidden: true }), JSON.stringify(value) ?? '', String(value)];
  const parts = Reflect.ownKeys(value).map((key) => everything((value as Record<PropertyKey, unknown>)[key], seen));
  return [...shown, ...parts].join('\n');
}

/** Responses that quote the request, in every way that fails. */
async function gossip() {
  const base = await world.servers.http((request, response) => {
    const heard = `${request.headers.authorization} ${request.headers['x-api-key']} ${request.url}`;
    const status = Number(/^\/(\d+)/.exec(request.url!)?.[1]);
    const quoting = JSON.stringify({ message: `you said ${heard}`, token: TOKEN, password: heard });
    if (request.url!.startsWith('/cut'))
      return void response.writeHead(200, { 'content-length': 1e6 }).write(heard, () => request.socket.destroy());
    if (request.url!.startsWith('/broken'))
      return void request.socket.end(`HTTP/1.1 200 OK\r\nx: ${heard}\r\n\r\u0000`);
    if (request.url!.startsWith('/bomb'))
      return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(heard.repeat(1e5)));
    if (request.url!.startsWith('/encoded'))
      return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(heard);
    if (request.url!.startsWith('/away'))
      return void response.writeHead(302, { location: `http://10.0.0.1/?key=${TOKEN}` }).end(heard);
    if (request.url!.startsWith('/text')) return void response.end(heard);
    response.writeHead(status).end(quoting);
  });
  const paths = ['/400', '/401', '/403', '/404', '/422', '/429', '/500', '/503', '/300'];
  return { base, paths: [...paths, '/cut', '/broken', '/bomb', '/encoded', '/away', '/text'] };
}

describe.each(credentials.map((data, index) => [`${data.kind} ${index}`, data] as const))(
  'a secret of %s',
  (_name, data) => {
    it('is in no error, regardless of the response', async () => {
      const { base, paths } = await gossip();
      const credential = createCredential('c1', data, { http: world.client() });
      const client = world.client({ credential, breaker: { failures: 100 } });
      const pages = new PageSize({ min: 1, max: 1 });
      for (const path of paths) {
        const url = `${base}${path}?password=${TOKEN}`;
        const error: unknown = await pages
          .attempt(() => client.request({ url, maxBytes: 1e4 }))
          .then((answer) => answer.json())
          .catch((failed: unknown) => failed);
        expect(error).toHaveProperty('code');
        expect(everything(error)).not.toMatch(/hunter2|swordfish|aHVudGVy/);
      }
    });

    it('is not in a response, and does not keep its URL from being requested again', async () => {
      const base = await world.servers.http((request, response) => response.end(String(request.url!.includes(TOKEN))));
      const credential = createCredential('c1', data, { http: world.client() });
      const client = world.client({ credential });
      const answer = await client.request({ url: `${base}/a?b=1` });
      expect(everything(answer)).not.toContain(TOKEN);
      expect((await client.request({ url: answer.url })).text()).toBe(answer.text());
    });

    it('is not shown by the credential', async () => {
      const credential = createCredential('c1', data, { http: world.client() });
      await credential.apply({ url: 'http://127.0.0.1:1/' });
      expect(everything(credential) + `${credential as unknown as string}`).not.toMatch(/hunter2|swordfish/);
      expect(credential.redact(`a ${TOKEN} b ${encodeURIComponent(TOKEN)}`)).not.toContain(TOKEN);
    });
  },
);

describe('master keys', () => {
  it('show nothing of themselves', () => {
    const keys = parseMasterKeys(Buffer.alloc(32, TOKEN).toString('base64'));
    expect(inspect({ keys }) + JSON.stringify({ keys }) + `${keys as unknown as string}`).toBe(
      '{ keys: [secret] }{"keys":"[secret]"}[secret]',
    );
  });
});
