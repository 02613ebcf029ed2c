import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, temporaryFolder, type TemporaryFolder } from '@tidemark/test-kit';
import { Client } from '../installations/client.js';
import { Program } from '../installations/program.js';

let folder: TemporaryFolder;
let programs: Program[];

beforeEach(async () => {
  folder = await temporaryFolder();
  programs = [];
});

afterEach(async () => {
  await Promise.all(programs.map((program) => program.stop()));
  await folder.remove();
});

function start(environment: Readonly<Record<string, string>> = {}): Program {
  const program = new Program('standalone', { TIDEMARK_DATA_DIR: folder.path, TIDEMARK_DEMO: 'off', ...environment });
  programs.push(program);
  return program;
}

async function freshKey(program: Program): Promise<string> {
  const [, key] = await program.says(/shown this once\): (tmk_\S+)/);
  return key!;
}

describe('the first start in an empty folder', () => {
  it('shows the address, a key that works, synced issues of which two are refused, and changes of a sample API', async () => {
    const program = start({ TIDEMARK_DEMO: 'on' });
    const client = new Client(await program.url(), await freshKey(program));
    const [line, key, url] = await program.says(/curl -H "Authorization: Bearer (\S+)" (\S+)/);
    expect(line).toContain(client.key);
    const printed = await fetch(url!, { headers: { authorization: `Bearer ${key}` } });
    expect(printed.status).toBe(200);

    await program.says(/^demo: synced "demo: issues" into the record store: 6 created, 2 refused$/m);
    await program.says(/^ {2}refused {2}number 3 of \S+ has no id \(OBJECT_MISSING_ID\)$/m);
    await program.says(/^demo: gave number 3 an id at its source and synced again: 1 created/m);
    const [, failedJob] = await program.says(/npm run tidemark -- jobs errors (\S+)/);
    const errors = await client.get(`/v1/jobs/${failedJob}/errors`);
    expect(errors.body.data).toMatchObject([{ data: { number: 3 } }, { data: { number: 7 } }]);
    const [, repair] = await program.says(/curl -X PATCH (\S+)/);
    expect((await fetch(repair!, { method: 'PATCH' })).status).toBe(200);
    const issues = (await client.get('/v1/connections')).body.data.find(
      ({ name }: { name: string }) => name === 'demo: issues',
    );
    expect(await client.sync(issues.id as string)).toMatchObject({ counts: { created: 1, failed: 0 } });
    const records = await client.get(`/v1/connections/${issues.id}/records`);
    expect(records.body.data).toHaveLength(8);

    await program.says(/demo: baseline of "Tide tables" 1\.0\.0, \d+ operations/);
    await program.says(/^ {2}1\.1\.0 +(safe|risky|breaking) +\S+/m);
    const { body } = await client.get('/v1/connections');
    const tables = body.data.find(({ name }: { name: string }) => name === 'demo: tide tables');
    expect(tables).toMatchObject({ state: 'active' });
    const changes = await client.get(`/v1/connections/${tables.id}/changes`);
    expect(changes.body.pagination.total).toBeGreaterThan(0);
    expect(await program.stop()).toEqual({ code: 0, signal: null });
    expect(program.stderr).toBe('');
  }, 60_000);

  it('shows the key nowhere else', async () => {
    const program = start({ TIDEMARK_LOG_LEVEL: 'trace' });
    const client = new Client(await program.url(), await freshKey(program));
    await client.sync(await client.connect());
    expect(program.stdout.split('\n').filter((line) => line.includes(client.key))).toHaveLength(2);
    expect(program.stderr).not.toContain(client.key);
    expect(JSON.stringify((await client.get('/v1/keys')).body)).not.toContain(client.key);
  });

  it('starts no sample with TIDEMARK_DEMO=off', async () => {
    const program = start();
    const client = new Client(await program.url(), await freshKey(program));
    expect((await client.get('/v1/connections')).body.data).toEqual([]);
    expect(program.stdout).not.toContain('demo');
  });

  it('takes the key of TIDEMARK_API_KEY, and prints neither it nor another', async () => {
    const key = 'a key that the operator chose'.replaceAll(' ', '-');
    const program = start({ TIDEMARK_API_KEY: key });
    const client = new Client(await program.url(), key);
    await program.says(/Try: /);
    expect((await client.get('/v1/jobs')).status).toBe(200);
    expect(program.stdout).not.toMatch(/tmk_/);
    expect(program.stdout).not.toContain(key);
  });
});

describe('a later start', () => {
  it('prints no key, and keeps keys, connections, jobs and their results', async () => {
    const first = start();
    const before = new Client(await first.url(), await freshKey(first));
    const connection = await before.connect();
    const job = await before.sync(connection);
    expect(await first.stop()).toEqual({ code: 0, signal: null });

    const second = start();
    const after = new Client(await second.url(), before.key);
    await second.says(/Try: /);
    expect(second.stdout).not.toMatch(/tmk_/);
    expect((await after.get(`/v1/jobs/${job.id}`)).body).toEqual(job);
    expect((await after.get(`/v1/connections/${connection}`)).body).toMatchObject({ lastSync: { jobId: job.id } });
    expect((await after.sync(connection)).state).toBe('completed');
  });

  it('resumes a job that was running when the process was killed', async () => {
    const silent = await listening(createServer());
    const first = start({ TIDEMARK_FETCH_ALLOW: '127.0.0.1' });
    const before = new Client(await first.url(), await freshKey(first));
    const url = `http://127.0.0.1:${portOf(silent)}/openapi.json`;
    const connection = await before.connect({ connector: 'openapi', config: { url } });
    const { body } = await before.post(`/v1/connections/${connection}/jobs`, { type: 'full' });
    await once(silent, 'connection');
    first.signal('SIGKILL');
    await first.ended;

    const second = start({ TIDEMARK_FETCH_ALLOW: '127.0.0.1' });
    const after = new Client(await second.url(), before.key);
    await once(silent, 'connection');
    expect((await after.get(`/v1/jobs/${body.id}`)).body).toMatchObject({ state: 'running', stage: 'fetch' });
    silent.close();
  });
});

describe('the end', () => {
  it('comes within 5 s of Ctrl-C while a job hangs in a call, and without an error', async () => {
    const silent = await listening(createServer());
    const program = start({ TIDEMARK_FETCH_ALLOW: '127.0.0.1' });
    const client = new Client(await program.url(), await freshKey(program));
    const url = `http://127.0.0.1:${portOf(silent)}/openapi.json`;
    const connection = await client.connect({ connector: 'openapi', config: { url } });
    const { body } = await client.post(`/v1/connections/${connection}/jobs`, { type: 'full' });
    await once(silent, 'connection');
    const watching = client.get(`/v1/jobs/${body.id}/events`);
    const stoppedAt = performance.now();
    program.signal('SIGINT');
    expect(await program.ended).toEqual({ code: 0, signal: null });
    expect(performance.now() - stoppedAt).toBeLessThan(5000);
    expect(program.stderr).toBe('');
    expect((await watching).body).not.toContain('event: end');
    silent.close();
  });

  it('waits for work that ends soon: a document that arrives in time is not fetched again', async () => {
    const publisher = createHttpServer();
    await listening(publisher);
    const program = start({ TIDEMARK_FETCH_ALLOW: '127.0.0.1' });
    const client = new Client(await program.url(), await freshKey(program));
    const url = `http://127.0.0.1:${portOf(publisher)}/openapi.json`;
    const connection = await client.connect({ connector: 'openapi', config: { url } });
    const { body } = await client.post(`/v1/connections/${connection}/jobs`, { type: 'full' });
    const [, response] = (await once(publisher, 'request')) as [unknown, ServerResponse];
    program.signal('SIGTERM');
    await eventually(async () => !(await answers(client)), 'the edge to close');
    response.end('{"openapi":"3.1.0","info":{"title":"Late","version":"1"},"paths":{}}');
    expect(await program.ended).toEqual({ code: 0, signal: null });

    publisher.on('request', () => expect('no second fetch').toBe('made'));
    const again = new Client(await start({ TIDEMARK_FETCH_ALLOW: '127.0.0.1' }).url(), client.key);
    expect(await again.ended(body.id as string)).toMatchObject({ state: 'completed', attempt: 1, retryCount: 0 });
    publisher.close();
  });
});

describe('a start that cannot succeed', () => {
  /** The single line that the program ends with. */
  async function refusal(environment: Readonly<Record<string, string>>): Promise<string> {
    const program = start(environment);
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.stdout).toBe('');
    const [line, ...rest] = program.stderr.trimEnd().split('\n');
    expect(rest).toEqual([]);
    return line!;
  }

  it.each(['TIDEMARK_HTTP_PORT', 'TIDEMARK_GRPC_PORT'])('names %s when its port is in use', async (variable) => {
    const server = await listening(createServer());
    const port = String(portOf(server));
    expect(await refusal({ [variable]: port })).toBe(
      `tidemark: ${variable}: 127.0.0.1:${port} is in use; choose another port`,
    );
    server.close();
  });

  it('names TIDEMARK_DATA_DIR when a file is in the folder’s place, or on the way to it', async () => {
    const file = folder.join('file');
    await writeFile(file, '');
    for (const path of [file, `${file}/data`])
      expect(await refusal({ TIDEMARK_DATA_DIR: path })).toBe(
        `tidemark: TIDEMARK_DATA_DIR: cannot write to ${path}: a file is in the way`,
      );
  });

  it('names TIDEMARK_DATA_DIR when the folder may not be written to', async () => {
    // A superuser may write anywhere except where the system itself forbids it.
    const path = process.getuid?.() === 0 ? '/proc/tidemark' : folder.join('locked', 'data');
    if (!path.startsWith('/proc')) {
      await mkdir(folder.join('locked'));
      await chmod(folder.join('locked'), 0o555);
    }
    expect(await refusal({ TIDEMARK_DATA_DIR: path })).toContain(`TIDEMARK_DATA_DIR: cannot write to ${path}`);
  });

  it.each([
    ['TIDEMARK_HOST', '192.0.2.1', '192.0.2.1 is not an address of this machine'],
    ['TIDEMARK_HOST', 'nowhere.invalid', 'nowhere.invalid is not an address of this machine'],
    ['TIDEMARK_FETCH_ALLOW', '10.0.0.0/99', '10.0.0.0/99 is not a CIDR'],
  ])('names %s when it is %s', async (variable, value, problem) => {
    expect(await refusal({ [variable]: value })).toBe(`tidemark: ${variable}: ${problem}`);
  });

  it('names the store that a shared broker needs, before it is reached', async () => {
    expect(await refusal({ TIDEMARK_BROKER: 'nats://user:secret@127.0.0.1:1' })).toBe(
      'tidemark: TIDEMARK_EVENT_STORE: must be set, because TIDEMARK_BROKER names a server that other processes share',
    );
  });

  it('names a broker that cannot be reached, without its password', async () => {
    const stores = {
      TIDEMARK_EVENT_STORE: 'esdb://127.0.0.1:1?tls=false',
      TIDEMARK_READ_MODEL: 'mongodb://127.0.0.1:1/tidemark',
      TIDEMARK_BLOBS: `file:${folder.join('blobs')}`,
    };
    const line = await refusal({ TIDEMARK_BROKER: 'nats://user:secret@127.0.0.1:1', ...stores });
    expect(line).toMatch(/^tidemark: TIDEMARK_(BROKER|EVENT_STORE|READ_MODEL): /);
    expect(line).not.toContain('secret');
  });

  it('reports all invalid settings, one line each, without secrets', async () => {
    const wrong = [
      ['TIDEMARK_HTTP_PORT', '99999', 'must be a port from 0 to 65535, not "99999"'],
      ['TIDEMARK_API_KEY', 'secret', 'must have at least 8 characters'],
      ['TIDEMARK_EVENT_STORE', 'postgres://u:secret@db', 'must be a URL that starts with sqlite:, esdb:'],
      ['TIDEMARK_READ_MODEL', 'mysql://u:secret@db', 'must be a URL that starts with sqlite:, mongodb:'],
      ['TIDEMARK_BLOBS', 'ftp://u:secret@files', 'must be a URL that starts with file:, nats:'],
      ['TIDEMARK_TENANT_MAX_RUNNING', 'many', 'must be a whole number from 1 to 100000, not "many"'],
      ['TIDEMARK_DEMO', 'perhaps', 'must be on or off, not "perhaps"'],
      ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318', 'must be a URL that starts with http:, https:'],
    ] as const;
    const program = start(Object.fromEntries(wrong));
    expect(await program.ended).toEqual({ code: 1, signal: null });
    const lines = program.stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(wrong.length);
    for (const [variable, , problem] of wrong)
      expect(lines).toContainEqual(expect.stringContaining(`tidemark: ${variable} ${problem}`));
    expect(program.stderr).not.toContain('secret');
  });

  it('leaves the data folder to the process that has it', async () => {
    const first = start();
    const client = new Client(await first.url(), await freshKey(first));
    expect(await refusal({})).toContain(`${folder.join('events.db')} is in use by another process`);
    expect((await client.sync(await client.connect())).state).toBe('completed');
  });
});

async function listening(server: Server): Promise<Server> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

const answers = (client: Client) =>
  client.get('/healthz').then(
    () => true,
    () => false,
  );
