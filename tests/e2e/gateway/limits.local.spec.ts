import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Client as PlainGrpcClient, credentials } from '@grpc/grpc-js';
import { eventually } from '@tidemark/test-kit';
import { Edge } from '../../installations/edge.js';
import { GrpcClient } from '../../installations/grpc-client.js';

let edge: Edge;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await edge.close();
});

const portOf = (url: string) => Number(new URL(url).port);

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

/** Everything that the other side sends until it closes. */
async function answerTo(socket: Socket, request: string): Promise<string> {
  socket.write(request);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
}

describe('connections', () => {
  it('that say nothing make room for those that do, at any number', async () => {
    edge = await Edge.start({ settings: { maxConnections: 32 } });
    const port = portOf(edge.url);
    for (let n = 0; n < 200; n++) await dial(port);
    await eventually(
      () =>
        edge.get('/v1/jobs').then(
          ({ status }) => status === 200,
          () => false,
        ),
      'a call among connections that say nothing',
    );
    const id = await edge.connect();
    expect((await edge.post(`/v1/connections/${id}/jobs`, { type: 'full' })).status).toBe(202);
  });

  it('of gRPC count with those of HTTP', async () => {
    edge = await Edge.start({ settings: { maxConnections: 32 } });
    const port = Number(edge.gateway.grpcAddress.split(':').at(-1));
    for (let n = 0; n < 100; n++) await dial(port);
    const grpc = new GrpcClient(edge.gateway.grpcAddress, edge.key);
    await eventually(async () => {
      const answer = await grpc.call('JobService', 'ListJobs').catch((error: { code: number }) => error.code);
      return typeof answer === 'object';
    }, 'a call among connections that say nothing');
    expect((await edge.get('/v1/jobs')).status).toBe(200);
    grpc.close();
  });

  it('that are all busy leave none for another: it is answered with 429, and when to come again', async () => {
    edge = await Edge.start({ settings: { maxConnections: 16 } });
    const jobId = await edge.order(await edge.connect());
    const port = portOf(edge.url);
    const keys = [edge.key, (await edge.newKey('default', 'read')).key];
    for (const key of keys)
      for (let n = 0; n < 4; n++) {
        const socket = await dial(port);
        socket.write(`GET /v1/jobs/${jobId}/events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\n\r\n`);
        await once(socket, 'data');
      }
    const refused = await answerTo(await dial(port), 'GET /v1/jobs HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(refused).toMatch(/^HTTP\/1\.1 429 /);
    expect(refused).toMatch(/retry-after: \d+/);
    expect(JSON.parse(refused.split('\r\n\r\n')[1]!).error).toMatchObject({ code: 'RATE_LIMITED' });
  });

  it('that come all at once are served as far as there is room, and the others get a clear answer', async () => {
    edge = await Edge.start({ settings: { maxConnections: 64 } });
    const answers = await Promise.all(Array.from({ length: 40 }, () => edge.get('/v1/jobs')));
    const statuses = answers.map(({ status }) => status);
    expect([200, 429]).toEqual(expect.arrayContaining(statuses));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(32);
  });

  it('that send no HTTP get an answer in the shape of all errors', async () => {
    edge = await Edge.start();
    const answer = await answerTo(await dial(portOf(edge.url)), 'HELO \u001b[2J\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!).error.code).toBe('VALIDATION_FAILED');
    expect(answer).not.toContain('\u001b');
  });
});

describe('streams', () => {
  it('of one key are limited, and leave room for those of another', async () => {
    edge = await Edge.start({ settings: { maxConnections: 400 } });
    const jobId = await edge.order(await edge.connect());
    const stop = new AbortController();
    const open = async (key: string) => {
      const headers = { authorization: `Bearer ${key}` };
      return fetch(`${edge.url}/v1/jobs/${jobId}/events`, { headers, signal: stop.signal });
    };
    const answers = await Promise.all(Array.from({ length: 130 }, () => open(edge.key)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100);
    expect(refused).toHaveLength(30);
    expect(refused[0]!.headers.get('retry-after')).toMatch(/^\d+$/);
    expect((await refused[0]!.json()) as object).toMatchObject({ error: { code: 'RATE_LIMITED' } });
    const { key } = await edge.newKey('default', 'read');
    expect((await open(key)).status).toBe(200);
    stop.abort();
  }, 30_000);

  it('without a key are limited over gRPC', async () => {
    edge = await Edge.start();
    const client = new PlainGrpcClient(edge.gateway.grpcAddress, credentials.createInsecure());
    const bytes = (value: Buffer) => value;
    const watch = () =>
      new Promise<number>((resolve) => {
        const call = client.makeServerStreamRequest('/grpc.health.v1.Health/Watch', bytes, bytes, Buffer.alloc(0));
        call.on('data', () => resolve(0));
        call.on('error', ({ code }: { code?: number }) => resolve(code!));
      });
    const codes = await Promise.all(Array.from({ length: 200 }, watch));
    expect(codes.filter((code) => code === 0)).toHaveLength(16);
    expect(new Set(codes)).toEqual(new Set([0, 8]));
    client.close();
  });

  it('of a key that is revoked end at once, over both, in every gateway', async () => {
    edge = await Edge.start();
    const jobId = await edge.order(await edge.connect());
    const { id, key } = await edge.newKey('default', 'read');
    const sse = await fetch(`${edge.url}/v1/jobs/${jobId}/events`, { headers: { authorization: `Bearer ${key}` } });
    const reading = sse.text();
    const grpc = new GrpcClient(edge.gateway.grpcAddress, key);
    const call = grpc.stream('JobService', 'WatchJob', { id: jobId });
    const ended = new Promise<number>((resolve) => call.on('error', ({ code }: { code?: number }) => resolve(code!)));
    await once(call, 'data');
    // As another gateway would.
    const { eventStore } = edge.adapters;
    const [created] = (await Array.fromAsync(eventStore.read(`apikey-${await hashOf(key)}`))) as { stream: string }[];
    const revoked = { id: crypto.randomUUID(), type: 'ApiKeyRevoked', data: { keyId: id, at: 1 }, metadata: {} };
    await eventStore.append(created!.stream, [revoked], 0);
    expect(await ended).toBe(16);
    expect(await reading).not.toContain('event: end');
    expect((await edge.get('/v1/jobs', { key })).status).toBe(401);
    grpc.close();
  });
});

describe('wrong keys', () => {
  it('of an address slow down only themselves', async () => {
    edge = await Edge.start();
    const { key } = await edge.newKey('default', 'read');
    const guess = (n: number) => edge.get('/v1/jobs', { key: `wrong${n}` });
    const statuses = [];
    for (let n = 0; n < 70; n++) statuses.push((await guess(n)).status);
    expect(statuses.slice(0, 60)).toEqual(Array(60).fill(401));
    expect(statuses.at(-1)).toBe(429);
    expect((await guess(71)).headers.get('retry-after')).toBe('1');
    expect((await edge.get('/v1/jobs', { key })).status).toBe(200);
  });

  it('are counted for the caller behind a trusted proxy, over gRPC too', async () => {
    edge = await Edge.start({ settings: { trustedProxies: ['127.0.0.0/8'] } });
    const from = (address: string) => ({ key: 'wrong', headers: { 'x-forwarded-for': `1.1.1.1, ${address}` } });
    for (let n = 0; n < 60; n++) await edge.get('/v1/jobs', from('198.51.100.1'));
    expect((await edge.get('/v1/jobs', from('198.51.100.1'))).status).toBe(429);
    expect((await edge.get('/v1/jobs', from('198.51.100.2'))).status).toBe(401);
    const grpc = new GrpcClient(edge.gateway.grpcAddress, 'wrong');
    const headers = { 'x-forwarded-for': '198.51.100.1' };
    await expect(grpc.call('JobService', 'ListJobs', {}, headers)).rejects.toMatchObject({ code: 8 });
    grpc.close();
  });
});

const hashOf = async (key: string) =>
  Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(key))).toString('hex');
