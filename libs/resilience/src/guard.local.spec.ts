import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpPoolOptions } from './index.js';
import { failure, HttpWorld } from './testing/http-world.js';

let world: HttpWorld;
beforeEach(() => {
  world = new HttpWorld();
});
afterEach(() => world.close());

const serve = async (listener: RequestListener) => Number(new URL(await world.servers.http(listener)).port);
const refusal = (url: string, options: HttpPoolOptions = { allow: [] }) =>
  failure(world.client(options).request({ url }));
const text = async (url: string, options: HttpPoolOptions) => (await world.client(options).request({ url })).text();

describe('the guard', () => {
  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://127.0.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0x7F.1/',
    'http://0177.0.0.1/',
    'http://017700000001/',
    'http://127.0.0.1./',
    'http://0/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://[::1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://169.254.169.254/latest/meta-data',
    'http://0xa9fea9fe/',
    'http://10.0.0.1:22/',
    'https://192.168.1.1/',
    'http://100.100.100.200/',
    'http://255.255.255.255/',
    'http://%31%32%37.0.0.1/',
    'http://１２７.0.0.1/',
    'http://127。0。0。1/',
    'http://①②⑦.0.0.1/',
    'http:127.0.0.1',
    'http:\\\\127.0.0.1\\',
    'http://localhost/',
  ])('does not go to %s', async (url) => {
    const error = await refusal(url);
    expect(error).toMatchObject({ name: 'Terminal', code: 'SOURCE_ADDRESS_REFUSED' });
    expect(error.message).toMatch(/resolves to [0-9a-f.:]+, which is not a public address; an operator can allow it$/);
  });

  it.each([
    'ftp://example.com/',
    'file:///etc/passwd',
    'gopher://example.com/',
    'data:text/plain,x',
    'javascript:1',
    'no url',
    '',
    'http://',
    'http://a b/',
    'http://256.256.256.256/',
    'http://1.2.3.4.5/',
    'http://0x.x.0x/',
    'http://[fe80::1%25eth0]/',
    'http://user:hunter2@example.com/',
    'http://hunter2@example.com/?hunter2',
    'http://example.com:99999/',
  ])('does not accept %j as an address', async (url) => {
    const error = await refusal(url);
    expect(error).toMatchObject({ name: 'Terminal', code: 'SOURCE_REQUEST_INVALID' });
    expect(error.message).not.toContain('hunter2');
  });

  it('refuses a name of which only one address is private', async () => {
    const resolve = async () => ['93.184.216.34', '10.0.0.1'];
    expect(await refusal('http://mixed.test/', { resolve })).toMatchObject({ code: 'SOURCE_ADDRESS_REFUSED' });
  });

  it('keeps the name in the Host header', async () => {
    const port = await serve((request, response) => response.end(request.headers.host));
    const guard = { allow: ['127.0.0.0/8'], resolve: async () => ['127.0.0.1'] };
    expect(await text(`http://named.test:${port}/`, guard)).toBe(`named.test:${port}`);
  });

  it('tries the next address of a name when one does not respond', async () => {
    const port = await serve((_request, response) => response.end('here'));
    const guard = { allow: ['127.0.0.0/8'], resolve: async () => ['127.0.0.9', '127.0.0.1'] };
    expect(await text(`http://two.test:${port}/`, guard)).toBe('here');
  });

  it.each(['localhost', 'localhost:PORT', '127.0.0.0/8', '127.0.0.1,::1'])(
    'calls an address that %s allows',
    async (entry) => {
      const port = await serve((_request, response) => response.end('inside'));
      const resolve = async () => ['127.0.0.1'];
      const allow = entry.replace('PORT', String(port)).split(',');
      expect(await text(`http://localhost:${port}/`, { allow, resolve })).toBe('inside');
    },
  );

  it('does not call any port other than the allowed one', async () => {
    expect(await refusal('http://localhost:2/', { allow: ['localhost:1'] })).toMatchObject({
      code: 'SOURCE_ADDRESS_REFUSED',
    });
  });
});
