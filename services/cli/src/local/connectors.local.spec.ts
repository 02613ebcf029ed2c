import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, open, readFile, readdir, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { temporaryFolder, waitFor, type TemporaryFolder } from '@tidemark/test-kit';
import { JsonApi } from '@tidemark/test-kit/apis';
import { tidemark, type RunOptions } from '../testing/command-line.js';

let folder: TemporaryFolder;
let api: JsonApi;
beforeEach(async () => {
  folder = await temporaryFolder();
  api = await JsonApi.start();
  api.token = 'canary-token';
  for (let n = 0; n < 40; n++)
    api.put('/items', { id: n, updated_at: new Date(Date.UTC(2025, 0, 1, n)).toISOString(), name: `item ${n}` });
  const items = {
    name: 'items',
    path: '/cursor/items',
    records: 'data.items',
    updatedAt: 'updated_at',
    pageSize: { param: 'limit' },
    pagination: { kind: 'cursor', next: 'meta.next_cursor', param: 'cursor' },
  };
  await writeFile(folder.join('api.json'), JSON.stringify({ baseUrl: api.url, objects: [items] }));
  await writeFile(folder.join('token.json'), JSON.stringify({ kind: 'bearer', token: 'canary-token' }), {
    mode: 0o600,
  });
});
afterEach(async () => {
  await api.close();
  await folder.remove();
});

const run = (argv: readonly string[], options: RunOptions = {}) =>
  tidemark('http://127.0.0.1:1', argv, { ...options, env: { INIT_CWD: folder.path, ...options.env } });

const reaching = ['--config', 'api.json', '--credential', 'token.json', '--allow', '127.0.0.1'];
const idsIn = (stdout: string) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => Number((JSON.parse(line) as { externalId: string }).externalId));
const all = Array.from({ length: 40 }, (_, n) => n);

describe('connectors', () => {
  it('are listed and shown, with the schema of their config', async () => {
    expect((await run(['connectors', 'list'])).stdout).toMatch(/^files +as configured +append/m);
    expect((await run(['connectors', 'show', 'files'])).stdout).toMatch(/^format +csv \| jsonl +required +CSV/m);
    const { stdout: fields } = await run(['connectors', 'show', 'http-json']);
    expect(fields).toMatch(/^objects\[\]\.path +string +required +Below/m);
    expect(fields).toMatch(
      /^objects\[\]\.pagination\.kind +none \| link \| nextUrl \| cursor \| page \| offset +required/m,
    );
    expect(fields).toMatch(/^objects\[\]\.pagination\.next +string +Finds/m);
    const shown = JSON.parse((await run(['connectors', 'show', 'http-json', '--json'])).stdout) as object;
    expect(shown).toMatchObject({ name: 'http-json', config: { required: ['baseUrl', 'objects'] } });
    const unknown = await run(['connectors', 'show', 'fax']);
    expect(unknown).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('there are files, ') });
  });

  it('are checked: 0 and what was reached, or 1 and what is wrong', async () => {
    expect(await run(['connectors', 'check', 'http-json', ...reaching])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^127\.0\.0\.1:\d+: items \(10 or more\)\n$/),
    });
    api.token = 'another';
    const refused = await run(['connectors', 'check', 'http-json', ...reaching]);
    expect(refused).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('SOURCE_AUTH_EXPIRED') });
  });
});

describe('connectors read', () => {
  const read = ['connectors', 'read', 'http-json', ...reaching, '--object', 'items'];

  it('prints a record a line, and nothing else', async () => {
    const { exitCode, stdout, stderr } = await run([...read, '--page-size', '7']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(idsIn(stdout)).toEqual(all);
    expect(idsIn((await run([...read, '--limit', '9'])).stdout)).toEqual(all.slice(0, 9));
  });

  it('tells progress and rate where somebody looks on', async () => {
    const { stderr } = await run(read, { columns: 100 });
    expect(stderr).toMatch(/40 records · 1 page · \d+ ms\n$/);
  });

  it('goes on from the cursor of the run before, and stores it only when the page is out', async () => {
    const argv = [...read, '--page-size', '5', '--cursor', 'cursor.json'];
    const first = await run([...argv, '--limit', '10']);
    expect(idsIn(first.stdout)).toEqual(all.slice(0, 10));
    expect(JSON.parse(await readFile(folder.join('cursor.json'), 'utf8'))).toMatchObject({
      connector: 'http-json',
      object: 'items',
    });
    const stop = new AbortController();
    let lines = 0;
    const stopped = await run(argv, {
      signal: stop.signal,
      onWrite: (text) => (lines += text.includes('externalId') ? 1 : 0) === 2 && stop.abort(),
    });
    expect(stopped.exitCode).toBe(130);
    const rest = await run(argv);
    expect(idsIn(first.stdout + stopped.stdout + rest.stdout)).toEqual(all);
  });

  it('gives the whole after it was killed in the middle, a page twice at most', async () => {
    const argv = [...read, '--page-size', '2', '--cursor', 'cursor.json'];
    const main = new URL('../../dist/main.js', import.meta.url).pathname;
    const env = { ...process.env, INIT_CWD: folder.path };
    let printed = '';
    for (let kills = 0; kills < 4; kills++) {
      const child = spawn(process.execPath, [main, ...argv], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      let seen = 0;
      for await (const line of createInterface(child.stdout)) {
        printed += `${line}\n`;
        if (++seen === 5) child.kill('SIGKILL');
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    printed += (await run(argv)).stdout;
    const ids = idsIn(printed);
    expect([...new Set(ids)].sort((a, b) => a - b)).toEqual(all);
    expect(ids.length).toBeLessThanOrEqual(40 + 4 * 2);
  });

  it('names objects that cannot be used with what was received of them, harmless to a terminal', async () => {
    api.put('/items', { name: 'no id \u009b31m', updated_at: '2025-01-01T00:00:00Z' } as never);
    const { exitCode, stdout, stderr } = await run(read);
    expect([exitCode, idsIn(stdout)]).toEqual([1, all]);
    expect(stderr).toBe(
      'items: OBJECT_MISSING_ID: id finds no id in a record: {"name":"no id �31m","updated_at":"2025-01-01T00:00:00Z"}\n',
    );
  });

  it('says that its output cannot be written, and stores no cursor then', async () => {
    const main = new URL('../../dist/main.js', import.meta.url).pathname;
    const env = { ...process.env, INIT_CWD: folder.path };
    const full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, [main, ...read, '--cursor', 'cursor.json'], {
      env,
      stdio: ['ignore', full.fd, 'pipe'],
    });
    const [stderr] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
    await full.close();
    expect([child.exitCode, stderr]).toEqual([
      5,
      'tidemark: OUTPUT_FAILED: what is printed cannot be written (ENOSPC)\n',
    ]);
    expect(await readdir(folder.path)).not.toContain('cursor.json');
  });

  it('tells a file that is damaged from one that cannot be read now', async () => {
    const objects = [{ name: 'broken', files: 'broken.csv' }];
    await writeFile(folder.join('broken.csv'), 'id,name\n1,"never closed\n');
    await writeFile(folder.join('files.json'), JSON.stringify({ folder: '.', format: 'csv', objects }));
    const argv = ['connectors', 'read', 'files', '--config', 'files.json', '--object', 'broken'];
    expect(await run(argv)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('broken.csv, line 2, byte 10: quote not closed'),
    });
  });

  it('takes a window only with a beginning, and none that ends before it', async () => {
    for (const [window, what] of [
      [['--to', '2025-01-02'], '--to needs --from'],
      [['--from', '2025-01-03', '--to', '2025-01-02'], '--to must be later than --from'],
    ] as const)
      expect(await run([...read, ...window])).toMatchObject({ exitCode: 2, stderr: `tidemark: USAGE: ${what}\n` });
  });

  it('names the field of a config that is wrong', async () => {
    await writeFile(folder.join('wrong.json'), JSON.stringify({ baseUrl: 'ftp://h', objects: [] }));
    const { exitCode, stderr } = await run([
      'connectors',
      'read',
      'http-json',
      '--config',
      'wrong.json',
      '--object',
      'a',
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('baseUrl must be an http or https URL; objects must have at least one object');
  });

  it('reaches no private address that nobody named', async () => {
    const { exitCode, stderr } = await run([
      'connectors',
      'read',
      'http-json',
      ...reaching.slice(0, 4),
      '--object',
      'items',
    ]);
    expect(exitCode).toBe(4);
    expect(stderr).toContain('SOURCE_ADDRESS_REFUSED');
    const env = { TIDEMARK_FETCH_ALLOW: '127.0.0.1' };
    expect(
      (await run(['connectors', 'read', 'http-json', ...reaching.slice(0, 4), '--object', 'items'], { env })).exitCode,
    ).toBe(0);
  });

  it('takes a credential from the environment or a private file, and shows it nowhere', async () => {
    const argv = [
      'connectors',
      'read',
      'http-json',
      '--config',
      'api.json',
      '--allow',
      '127.0.0.1',
      '--object',
      'items',
    ];
    const env = { TIDEMARK_CREDENTIAL: JSON.stringify({ kind: 'bearer', token: 'canary-token' }) };
    const outputs = [await run([...argv, '--cursor', 'c.json'], { env }), await run(argv)];
    expect(outputs.map(({ exitCode }) => exitCode)).toEqual([0, 4]);
    await chmod(folder.join('token.json'), 0o644);
    const open = await run([...argv, '--credential', 'token.json']);
    expect(open).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('others may read it') });
    const nonsense = { TIDEMARK_CREDENTIAL: '{"kind":"bearer","tok":"canary-token"}' };
    outputs.push(
      open,
      await run(argv, { env: nonsense }),
      await run(argv, { env: { TIDEMARK_CREDENTIAL: 'canary-token' } }),
    );
    api.token = 'another';
    outputs.push(await run(argv, { env }));
    expect(JSON.stringify(outputs)).not.toContain('canary');
    for (const name of (await readdir(folder.path)).filter((file) => file !== 'token.json'))
      expect(await readFile(folder.join(name), 'utf8')).not.toContain('canary');
  });
});

describe('a credential', () => {
  const argv = ['connectors', 'check', 'http-json', '--config', 'api.json', '--allow', '127.0.0.1'];

  it.each([
    ['canary', 'no JSON'],
    [{ kind: 'canary' }, 'kind must be one of bearer, basic, '],
    [{ kind: 'bearer' }, 'token must be text in one line'],
    [{ kind: 'bearer', token: 'canary\n' }, 'token must be text in one line'],
    [{ kind: 'basic', username: 'canary' }, 'password must be text'],
    [{ kind: 'api-key', key: 'canary', in: 'body', name: 'key' }, 'in must be header or query'],
    [
      { kind: 'oauth2-client-credentials', client: { clientId: 'a', tokenUrl: 'canary' } },
      'client.tokenUrl must be an',
    ],
    [
      { kind: 'oauth2-client-credentials', client: { clientId: 'a', tokenUrl: 'https://h/', scopes: 'canary' } },
      'client.scopes must be a list of text',
    ],
  ])('that cannot be is refused by its field: %j', async (credential, what) => {
    const text = typeof credential === 'string' ? credential : JSON.stringify(credential);
    const { exitCode, stderr, stdout } = await run(argv, { env: { TIDEMARK_CREDENTIAL: text } });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(`CREDENTIAL_INVALID: TIDEMARK_CREDENTIAL: ${what}`);
    expect(stderr).not.toContain('canary');
  });

  it('of a kind that the connector does not take is refused, and no config is quoted that is none', async () => {
    const env = { TIDEMARK_CREDENTIAL: JSON.stringify({ kind: 'bearer', token: 'canary' }) };
    await writeFile(folder.join('db.json'), JSON.stringify({ host: 'db.example.com', database: 'd' }));
    expect(await run(['connectors', 'check', 'postgres', '--config', 'db.json'], { env })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('postgres does not accept a credential of kind bearer; it accepts basic'),
    });
    await writeFile(folder.join('wrong.json'), 'canary');
    expect(await run(['connectors', 'check', 'postgres', '--config', 'wrong.json'])).toMatchObject({
      exitCode: 2,
      stderr: 'tidemark: BAD_INPUT: wrong.json:1:1: not valid JSON: unexpected "c" where a value should start\n',
    });
  });
});

describe('connectors write', () => {
  it('writes the rows of a file, prints those that fail, and writes no run twice', async () => {
    await mkdir(folder.join('out'));
    const config = { folder: 'out', format: 'csv', csv: { columns: ['id', 'name'] } };
    await writeFile(folder.join('out.json'), JSON.stringify(config));
    await writeFile(folder.join('in.jsonl'), '{"id":1,"name":"a"}\n{"id":2,"colour":"red"}\n{"id":3}\n');
    const argv = [
      'connectors',
      'write',
      'files',
      '--config',
      'out.json',
      '--object',
      'rows',
      '--mode',
      'append',
      '--key',
      'id',
      '--input',
      'in.jsonl',
      '--batch-size',
      '2',
      '--run',
      'r1',
    ];
    const first = await run(argv);
    expect(first.exitCode).toBe(1);
    expect(JSON.parse(first.stdout)).toMatchObject({ row: 2, key: { id: 2 }, field: 'colour', code: 'FIELD_UNKNOWN' });
    await run(argv);
    expect((await readdir(folder.join('out'))).sort()).toEqual(['rows.r1-1.csv', 'rows.r1-3.csv']);
    expect(await readFile(folder.join('out/rows.r1-1.csv'), 'utf8')).toBe('1,a\n');
    expect(await run(argv.with(argv.indexOf('append'), 'mirror'))).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('does not know the mode mirror; it knows append'),
    });
    await writeFile(folder.join('broken.jsonl'), '{"id":1}\n{"id":\n');
    const broken = await run(argv.with(argv.indexOf('in.jsonl'), 'broken.jsonl'));
    expect(broken).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('broken.jsonl, line 2, byte') });
  });

  it('ends at Ctrl-C while it waits for input that does not come', async () => {
    await writeFile(folder.join('out.json'), JSON.stringify({ folder: '.', format: 'jsonl' }));
    const main = new URL('../../dist/main.js', import.meta.url).pathname;
    const argv = ['connectors', 'write', 'files', '--config', 'out.json', '--object', 'rows', '--mode', 'append'];
    const env = { ...process.env, INIT_CWD: folder.path };
    const child = spawn(process.execPath, [main, ...argv, '--batch-size', '1'], {
      env,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const ended = Promise.all([text(child.stderr), once(child, 'exit')]);
    child.stdin.write('{"id":1}\n{"id":2}\n');
    await waitFor(async () => (await readdir(folder.path)).some((name) => name.startsWith('rows.')));
    child.kill('SIGINT');
    const [stderr] = await ended;
    expect([child.exitCode, stderr]).toEqual([130, expect.stringMatching(/^tidemark: stopped; /)]);
  });

  it('reads what another program writes into a named pipe', async () => {
    await writeFile(folder.join('out.json'), JSON.stringify({ folder: '.', format: 'jsonl' }));
    execFileSync('mkfifo', [folder.join('pipe')]);
    const argv = ['connectors', 'write', 'files', '--config', 'out.json', '--object', 'rows', '--mode', 'append'];
    const [{ exitCode }] = await Promise.all([
      run([...argv, '--run', 'r1', '--input', 'pipe']),
      writeFile(folder.join('pipe'), '{"id":1}\n{"id":2}\n'),
    ]);
    expect(exitCode).toBe(0);
    expect(await readFile(folder.join('rows.r1-1.jsonl'), 'utf8')).toBe('{"id":1}\n{"id":2}\n');
    expect(await run([...argv, '--format', 'csv', '--input', 'pipe'])).toMatchObject({
      exitCode: 2,
      stderr: 'tidemark: USAGE: pipe is JSON lines; CSV is read from a file\n',
    });
  });

  it('loses no row of another input under the same run', async () => {
    await mkdir(folder.join('out'));
    await writeFile(folder.join('out.json'), JSON.stringify({ folder: 'out', format: 'jsonl', gzip: true }));
    const argv = ['connectors', 'write', 'files', '--config', 'out.json', '--object', 'rows', '--mode', 'append'];
    for (const id of [1, 2, 1, 2, 2]) {
      await writeFile(folder.join('in.jsonl'), `{"id":${id}}\n`);
      expect((await run([...argv, '--input', 'in.jsonl', '--run', 'r1'])).exitCode).toBe(0);
    }
    const files = await readdir(folder.join('out'));
    const written = await Promise.all(files.map(async (name) => gunzipSync(await readFile(folder.join('out', name)))));
    expect(written.map(String).sort()).toEqual(['{"id":1}\n', '{"id":2}\n']);
  });

  it('writes several batches at a time, and prints what fails in the order of the rows', async () => {
    await mkdir(folder.join('out'));
    await writeFile(
      folder.join('out.json'),
      JSON.stringify({ folder: 'out', format: 'csv', csv: { columns: ['id'] } }),
    );
    const rows = Array.from({ length: 20 }, (_, at) => (at % 3 === 0 ? { id: at, more: 1 } : { id: at }));
    await writeFile(folder.join('in.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
    const target = ['--object', 'rows', '--mode', 'append', '--input', 'in.jsonl', '--batch-size', '2'];
    const argv = ['connectors', 'write', 'files', '--config', 'out.json', ...target];
    for (const concurrency of [['--concurrency', '3'], ['--concurrency', '1'], []]) {
      const { exitCode, stdout } = await run([...argv, ...concurrency, '--json']);
      expect(exitCode).toBe(1);
      const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as { row: number }); // prettier-ignore
      expect(lines.slice(0, -1).map(({ row }) => row)).toEqual([1, 4, 7, 10, 13, 16, 19]);
      expect(lines.at(-1)).toMatchObject({ created: 13, failed: 7 });
    }
    expect(await readdir(folder.join('out'))).toHaveLength(30);
    expect((await run([...argv, '--concurrency', '0'])).exitCode).toBe(2);
  });
});

describe('rows diff', () => {
  const diff = ['rows', 'diff', 'old.csv', 'new.csv', '--key', 'id'];
  beforeEach(async () => {
    await writeFile(folder.join('old.csv'), 'id,name,n\n1,a,1\n2,b,2\n3,c,3\n');
    await writeFile(folder.join('new.csv'), 'id,name,n\n4,d,4\n3,c,30\n1,a,1\n');
  });

  it('tells rows added, changed with their old values, and removed', async () => {
    const { exitCode, stdout, stderr } = await run(diff);
    expect([exitCode, stderr]).toEqual([0, '']);
    const lines = stdout.trim().split('\n');
    expect(lines.slice(0, -1).sort()).toEqual(['+ 4', '- 2', '~ 3  n: 3 → 30']);
    expect(lines.at(-1)).toBe('1 added, 1 changed, 1 removed, 1 unchanged');
  });

  it('prints JSON for programs, and tells by its exit code whether there are differences', async () => {
    const { exitCode, stdout } = await run([...diff, '--json', '--exit-code', '--limit', '1']);
    expect(exitCode).toBe(1);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({ type: 'counts', added: 1, changed: 1, removed: 1, unchanged: 1 });
    expect((await run(['rows', 'diff', 'old.csv', 'old.csv', '--key', 'id', '--exit-code'])).exitCode).toBe(0);
  });

  it('compares nothing by a key that there is not', async () => {
    const wrong = await run(['rows', 'diff', 'old.csv', 'new.csv', '--key', 'idd']);
    expect(wrong).toMatchObject({
      exitCode: 2,
      stderr: 'tidemark: BAD_INPUT: old.csv: there is no column idd; there are id, name, n\n',
    });
    await writeFile(folder.join('old.jsonl'), '{"id":1}\n{"id":2}\n');
    expect(await run(['rows', 'diff', 'old.jsonl', 'new.csv', '--key', 'idd'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('BAD_INPUT: old.jsonl: no row has a value for the key'),
    });
  });

  it('says which row or file cannot be compared', async () => {
    await writeFile(folder.join('twice.csv'), 'id,name,n\n1,a,1\n1,b,2\n');
    const twice = await run(['rows', 'diff', 'old.csv', 'twice.csv', '--key', 'id']);
    expect(twice.stderr).toContain('twice.csv, row 2: an earlier row has the same key 1; left out');
    expect(await run(['rows', 'diff', 'none.csv', 'new.csv', '--key', 'id'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('none.csv: cannot be read (ENOENT)'),
    });
    await writeFile(folder.join('short.csv'), 'id,name\n1\n');
    const short = await run(['rows', 'diff', 'short.csv', 'new.csv', '--key', 'id']);
    expect(short).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('short.csv, line 2, byte 8') });
  });
});
