import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { failure, HttpWorld } from '../testing/http-world.js';
import { certificate, key } from '../testing/named-test-certificate.js';

describe('a call over TLS', () => {
  const trusted = getCACertificates('default');
  const guard = { allow: ['127.0.0.0/8'], resolve: async () => ['127.0.0.1'] };
  const world = new HttpWorld();
  let server: Server;
  let port: number;

  beforeAll(async () => {
    setDefaultCACertificates([certificate]);
    server = createServer({ cert: certificate, key }, (request, response) => {
      response.end(`${request.headers.host} ${(request.socket as TLSSocket & { servername: string }).servername}`);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  });

  afterAll(async () => {
    setDefaultCACertificates(trusted);
    await world.close();
    server.close();
    await once(server, 'close');
  });

  it('goes to the checked address under the name in the URL', async () => {
    const answer = await world.client(guard).request({ url: `https://named.test:${port}/` });
    expect(answer.text()).toBe(`named.test:${port} named.test`);
  });

  it.each([
    ['for another name', 'other.test', [certificate], 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['by a stranger', 'named.test', trusted, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])('refuses a certificate %s', async (_what, host, authorities, code) => {
    setDefaultCACertificates(authorities);
    const error = await failure(world.client(guard).request({ url: `https://${host}:${port}/x?key=hunter2` }));
    expect(error).toMatchObject({
      ...{ name: 'Retryable', code: 'SOURCE_UNREACHABLE', connection: 'FETCH_TLS_FAILED' },
      message: `https://${host}:${port}: TLS failed (${code})`,
    });
  });
});
