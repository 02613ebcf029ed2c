import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, open, readFile, readdir, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { apiFolders, reaching } from '../testing/api-folders.js';

const given = apiFolders();
const { run } = given;

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
    expect(fields).toMatch(/^objects\[\]\.pagination\.next +string \| object +Finds/m);
    const shown = JSON.parse((await run(['connectors', 'show', 'http-json', '--json'])).stdout) as object;
    expect(shown).toMatchObject({ name: 'http-json', config: { required: ['baseUrl', 'objects'] } });
    const unknown = await run(['connectors', 'show', 'fax']);
    expect(unknown).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('available: files, ') });
  });

  it('are checked: 0 and what was reached, or 1 and the problems', async () => {
    expect(await run(['connectors', 'check', 'http-json', ...reaching])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^127\.0\.0\.1:\d+: items \(10 or more\)\n$/),
    });
    given.api.token = 'another';
    const refused = await run(['connectors', 'check', 'http-json', ...reaching]);
    expect(refused).toMatchObject({ exitCode: 1, stdout: expect.stringContaining('SOURCE_AUTH_EXPIRED') });
  });
});

describe('connectors read', () => {
  const read = ['connectors', 'read', 'http-json', ...reaching, '--object', 'items'];

  it('prints one record per line, and nothing else', async () => {
    const { exitCode, stdout, stderr } = await run([...read, '--page-size', '7']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(idsIn(stdout)).toEqual(all);
    expect(idsIn((await run([...read, '--limit', '9'])).stdout)).toEqual(all.slice(0, 9));
  });

  it('shows progress and rate on a terminal', async () => {
    const { stderr } = await run(read, { columns: 100 });
    expect(stderr).toMatch(/40 records · 1 page · \d+ ms\n$/);
  });

  it('resumes from the cursor of the previous run, and stores it only after the page is printed', async () => {
    const argv = [...read, '--page-size', '5', '--cursor', 'cursor.json'];
    const first = await run([...argv, '--limit', '10']);
    expect(idsIn(first.stdout)).toEqual(all.slice(0, 10));
    expect(JSON.parse(await readFile(given.folder.join('cursor.json'), 'utf8'))).toMatchObject({
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

  it('prints everything across a kill, at most one page twice', async () => {
    const argv = [...read, '--page-size', '2', '--cursor', 'cursor.json'];
    const main = new URL('../../dist/main.js', import.meta.url).pathname;
    const env = { ...process.env, INIT_CWD: given.folder.path };
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

  it('reports unusable objects with the received data, without control characters', async () => {
    given.api.put('/items', { name: 'no id \u009b31m', updated_at: '2025-01-01T00:00:00Z' } as never);
    const { exitCode, stdout, stderr } = await run(read);
    expect([exitCode, idsIn(stdout)]).toEqual([1, all]);
    expect(stderr).toBe(
      'items: OBJECT_MISSING_ID: id finds no id in a record: {"name":"no id �31m","updated_at":"2025-01-01T00:00:00Z"}\n',
    );
  });

  it('reports that its output cannot be written, and then stores no cursor', async () => {
    const main = new URL('../../dist/main.js', import.meta.url).pathname;
    const env = { ...process.env, INIT_CWD: given.folder.path };
    const full = await open('/dev/full', 'w');
    const child = spawn(process.execPath, [main, ...read, '--cursor', 'cursor.json'], {
      env,
      stdio: ['ignore', full.fd, 'pipe'],
    });
    const [stderr] = await Promise.all([text(child.stderr!), once(child, 'exit')]);
    await full.close();
    expect([child.exitCode, stderr]).toEqual([5, 'tidemark: OUTPUT_FAILED: cannot write to stdout (ENOSPC)\n']);
    expect(await readdir(given.folder.path)).not.toContain('cursor.json');
  });

  it('distinguishes a damaged file from one that is temporarily unreadable', async () => {
    const objects = [{ name: 'broken', files: 'broken.csv' }];
    await writeFile(given.folder.join('broken.csv'), 'id,name\n1,"never closed\n');
    await writeFile(given.folder.join('files.json'), JSON.stringify({ folder: '.', format: 'csv', objects }));
    const argv = ['connectors', 'read', 'files', '--config', 'files.json', '--object', 'broken'];
    expect(await run(argv)).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('broken.csv, line 2, byte 10: quote not closed'),
    });
  });

  it('accepts a window only with a start, and none that ends before it', async () => {
    for (const [window, what] of [
      [['--to', '2025-01-02'], '--to needs --from'],
      [['--from', '2025-01-03', '--to', '2025-01-02'], '--to must be later than --from'],
    ] as const)
      expect(await run([...read, ...window])).toMatchObject({ exitCode: 2, stderr: `tidemark: USAGE: ${what}\n` });
  });

  it('names the field at fault in a config', async () => {
    await writeFile(given.folder.join('wrong.json'), JSON.stringify({ baseUrl: 'ftp://h', objects: [] }));
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
    expect(stderr).toContain('`baseUrl` must be an http or https URL; `objects` must have at least one object');
  });

  it('reaches no private address that is not allowed', async () => {
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
    await chmod(given.folder.join('token.json'), 0o644);
    const open = await run([...argv, '--credential', 'token.json']);
    expect(open).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('readable by other users') });
    const nonsense = { TIDEMARK_CREDENTIAL: '{"kind":"bearer","tok":"canary-token"}' };
    outputs.push(
      open,
      await run(argv, { env: nonsense }),
      await run(argv, { env: { TIDEMARK_CREDENTIAL: 'canary-token' } }),
    );
    given.api.token = 'another';
    outputs.push(await run(argv, { env }));
    expect(JSON.stringify(outputs)).not.toContain('canary');
    for (const name of (await readdir(given.folder.path)).filter((file) => file !== 'token.json'))
      expect(await readFile(given.folder.join(name), 'utf8')).not.toContain('canary');
  });
});

describe('a credential', () => {
  const argv = ['connectors', 'check', 'http-json', '--config', 'api.json', '--allow', '127.0.0.1'];

  it.each([
    ['canary', 'not valid JSON'],
    [{ kind: 'canary' }, 'kind must be one of bearer, basic, '],
    [{ kind: 'bearer' }, 'token must be text on one line'],
    [{ kind: 'bearer', token: 'canary\n' }, 'token must be text on one line'],
    [{ kind: 'basic', username: 'canary' }, 'password must be text'],
    [{ kind: 'api-key', key: 'canary', in: 'body', name: 'key' }, 'in must be header or query'],
    [
      { kind: 'oauth2-client-credentials', client: { clientId: 'a', tokenUrl: 'canary' } },
      'client.tokenUrl must be an',
    ],
    [
      { kind: 'oauth2-client-credentials', client: { clientId: 'a', tokenUrl: 'https://h/', scopes: 'canary' } },
      'client.scopes must be a list of strings',
    ],
  ])('that is invalid is refused by its field: %j', async (credential, what) => {
    const text = typeof credential === 'string' ? credential : JSON.stringify(credential);
    const { exitCode, stderr, stdout } = await run(argv, { env: { TIDEMARK_CREDENTIAL: text } });
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toContain(`CREDENTIAL_INVALID: TIDEMARK_CREDENTIAL: ${what}`);
    expect(stderr).not.toContain('canary');
  });

  it('of a kind that the connector does not support is refused, and an invalid config is not quoted', async () => {
    const env = { TIDEMARK_CREDENTIAL: JSON.stringify({ kind: 'bearer', token: 'canary' }) };
    await writeFile(given.folder.join('db.json'), JSON.stringify({ host: 'db.example.com', database: 'd' }));
    expect(await run(['connectors', 'check', 'postgres', '--config', 'db.json'], { env })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('postgres does not accept a credential of kind bearer; it accepts basic'),
    });
    await writeFile(given.folder.join('wrong.json'), 'canary');
    expect(await run(['connectors', 'check', 'postgres', '--config', 'wrong.json'])).toMatchObject({
      exitCode: 2,
      stderr: 'tidemark: BAD_INPUT: wrong.json:1:1: not valid JSON: unexpected "c" where a value should start\n',
    });
  });
});
