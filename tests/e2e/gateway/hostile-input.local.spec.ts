import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client as PlainGrpcClient, credentials, Metadata } from '@grpc/grpc-js';
import { connectionStream, command } from '@tidemark/contracts';
import { eventually } from '@tidemark/test-kit';
import { Edge } from '../../installations/edge.js';
import { GrpcClient } from '../../installations/grpc-client.js';

let edge: Edge;
let grpc: GrpcClient;
beforeAll(async () => {
  edge = await Edge.start();
  grpc = new GrpcClient(edge.gateway.grpcAddress, edge.key);
}, 30_000);
afterAll(async () => {
  grpc.close();
  await edge.close();
});

const source = { connector: 'noop', config: {} };
const hostile = ['a\u0000', '\u001b[2J', 'a\nb', '\u202eevil', '\u009b2J'];

describe('text that callers give', () => {
  it.each([...hostile, '\ud800'])('follows one rule over HTTP and on the broker: %j', async (name) => {
    const body = { name, source };
    const answer = await edge.post('/v1/connections', body);
    expect([answer.status, answer.body.error.fields]).toEqual([
      400,
      [{ field: 'name', message: '`name` must be well-formed Unicode without control characters' }],
    ]);
    const verb = edge.adapters.broker.request(command('job-coordinator', 'create-connection'), {
      ...{ tenant: 'default', ...body },
    });
    await expect(verb).rejects.toMatchObject({ code: 'VALIDATION_FAILED' });
    expect((await edge.post('/v1/keys', { name, scopes: ['read'] })).status).toBe(400);
  });

  it.each(hostile)('follows it over gRPC: %j', async (name) => {
    await expect(grpc.call('ConnectionService', 'CreateConnection', { name, source })).rejects.toMatchObject({
      code: 3,
    });
  });

  it('follows it in the values of a config', async () => {
    const config = { url: 'https://example.com/a', headers: { 'X-\u0000': 'a' } };
    expect((await edge.post('/v1/connections', { name: 'x', source: { connector: 'openapi', config } })).status).toBe(
      400,
    );
  });

  it('breaks no list where it was stored before the rule', async () => {
    const id = await edge.connect();
    const { eventStore } = edge.adapters;
    const stream = connectionStream.of(id);
    const [first] = await Array.fromAsync(eventStore.read(stream, { direction: 'backwards', limit: 1 }));
    const data = { name: 'old\u001b[2J\ud800\u202e\u0000', nextSyncAt: null, at: 1 };
    const renamed = { id: randomUUID(), type: 'ConnectionUpdated', data, metadata: { tenant: 'default' } };
    await eventStore.append(stream, [renamed], first!.revision);
    const named = 'old\ufffd[2J\ufffd\ufffd\ufffd';
    const nameOf = async () =>
      (await edge.get('/v1/connections?perPage=200')).body.data.find((one: { id: string }) => one.id === id).name;
    await eventually(async () => (await nameOf()) === named, 'the clean name in the list');
    expect((await edge.get(`/v1/connections/${id}`)).body.name).toBe(named);
    const { data: all } = await grpc.call('ConnectionService', 'ListConnections', { per_page: 200 });
    expect(all.find((one: { id: string }) => one.id === id).name).toBe(named);
  });
});

describe('secrets in a config', () => {
  it.each([
    [
      { url: 'https://example.com/a.json', headers: { 'PRIVATE-TOKEN': 'hunter2' } },
      'source.config.headers.PRIVATE-TOKEN',
    ],
    [
      { url: 'https://example.com/a.json', headers: { 'X-Vault-Token': 'hunter2' } },
      'source.config.headers.X-Vault-Token',
    ],
    [{ url: 'https://example.com/a.json?api_key=hunter2' }, 'source.config.url'],
    [{ url: 'https://example.com/a.json?sv=1&sig=hunter2' }, 'source.config.url'],
    [{ url: 'https://me:hunter2@example.com/a.json' }, 'source.config.url'],
  ])('are refused at their field, and stored nowhere: %j', async (config, field) => {
    const { status, body } = await edge.post('/v1/connections', {
      name: 'x',
      source: { connector: 'openapi', config },
    });
    expect([status, body.error.fields.map((one: { field: string }) => one.field)]).toEqual([400, [field]]);
    expect(JSON.stringify(body)).not.toContain('hunter2');
    const id = await edge.connect();
    const changed = await edge.call('PATCH', `/v1/connections/${id}`, {
      body: { source: { connector: 'openapi', config } },
    });
    expect(changed.status).toBe(400);
  });
});

describe('a body that is nested too deep', () => {
  it('is refused over HTTP', async () => {
    const deep = `${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}`;
    const body = `{"name":"x","source":{"connector":"noop","config":${deep}}}`;
    expect((await edge.post('/v1/connections', body)).status).toBe(400);
    expect((await edge.get('/healthz')).status).toBe(200);
  });

  it('is refused over gRPC, and harms no other call', async () => {
    const client = new PlainGrpcClient(edge.gateway.grpcAddress, credentials.createInsecure());
    const metadata = new Metadata();
    metadata.set('authorization', `Bearer ${edge.key}`);
    const bytes = (value: Buffer) => value;
    const refused = new Promise<number>((resolve, reject) =>
      client.makeUnaryRequest(
        '/tidemark.v1.ConnectionService/CreateConnection',
        ...([bytes, bytes, deepRequest(500), metadata] as const),
        (error) => (error ? resolve(error.code) : reject(new Error('accepted'))),
      ),
    );
    expect(await refused).toBeGreaterThan(0);
    expect(await grpc.call('ConnectionService', 'ListConnections', {})).toBeDefined();
    client.close();
  });
});

describe('the page for people', () => {
  it('runs only its own scripts, stores no key, and may not be framed', async () => {
    const page = await edge.get('/docs', { key: null });
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toMatch(/default-src 'none'; script-src 'self';/);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(page.body).not.toMatch(/<script>[^<]/);
    const script = await edge.get('/docs/swagger-ui-init.js', { key: null });
    expect(script.body).not.toMatch(/persistAuthorization"?: true/);
    expect((await edge.get('/v1/jobs')).headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
  });
});

/** CreateConnection whose config is a Struct nested in itself. */
function deepRequest(levels: number): Buffer {
  const field = (number: number, content: Buffer) =>
    Buffer.concat([Buffer.from([(number << 3) | 2]), varint(content.length), content]);
  let value = Buffer.from([0x20, 1]); // bool_value
  for (let level = 0; level < levels; level++)
    value = field(5, field(1, Buffer.concat([field(1, Buffer.from('a')), field(2, value)])));
  const config = field(1, Buffer.concat([field(1, Buffer.from('a')), field(2, value)]));
  return Buffer.concat([
    field(1, Buffer.from('x')),
    field(2, Buffer.concat([field(1, Buffer.from('noop')), field(2, config)])),
  ]);
}

function varint(value: number): Buffer {
  const bytes = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 127) | 128);
  }
}
