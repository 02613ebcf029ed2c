import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { waitFor } from '@tidemark/test-kit';
import { apiFolders } from '../testing/api-folders.js';

const given = apiFolders();
const { run } = given;

describe('connectors write', () => {
  it('writes the rows of a file, prints those that fail, and writes no run twice', async () => {
    await mkdir(given.folder.join('out'));
    const config = { folder: 'out', format: 'csv', csv: { columns: ['id', 'name'] } };
    await writeFile(given.folder.join('out.json'), JSON.stringify(config));
    await writeFile(given.folder.join('in.jsonl'), '{"id":1,"name":"a"}\n{"id":2,"colour":"red"}\n{"id":3}\n');
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
    expect((await readdir(given.folder.join('out'))).sort()).toEqual(['rows.r1-1.csv', 'rows.r1-3.csv']);
    expect(await readFile(given.folder.join('out/rows.r1-1.csv'), 'utf8')).toBe('1,a\n');
    expect(await run(argv.with(argv.indexOf('append'), 'mirror'))).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('does not support mode mirror; supported: append'),
    });
    await writeFile(given.folder.join('broken.jsonl'), '{"id":1}\n{"id":\n');
    const broken = await run(argv.with(argv.indexOf('in.jsonl'), 'broken.jsonl'));
    expect(broken).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('broken.jsonl, line 2, byte') });
  });

  it('remembers how a run was cut, and refuses to cut it in another way', async () => {
    await writeFile(given.folder.join('out.json'), JSON.stringify({ folder: '.', format: 'jsonl' }));
    await writeFile(given.folder.join('in.jsonl'), '{"id":1}\n{"id":2}\n{"id":3}\n');
    const target = ['--object', 'rows', '--mode', 'append', '--input', 'in.jsonl', '--run', 'r1'];
    const argv = ['connectors', 'write', 'files', '--config', 'out.json', ...target];
    expect((await run([...argv, '--batch-size', '2'])).exitCode).toBe(0);
    expect(await run([...argv, '--batch-size', '3'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--run r1 began with --batch-size 2: repeat it with that, or name another run'),
    });
    expect(await run([...argv, '--lines', 'records'])).toMatchObject({ exitCode: 2 });
    expect((await run(argv)).exitCode).toBe(0);
    const written = (await readdir(given.folder.path)).filter((name) => name.startsWith('rows.'));
    expect(written.sort()).toEqual(['rows.r1-1.jsonl', 'rows.r1-3.jsonl']);
    expect((await run([...argv.slice(0, -1), 'r2', '--batch-size', '3'])).exitCode).toBe(0);
  });

  it('reads CSV of any dialect with NULL and types', async () => {
    await writeFile(given.folder.join('out.json'), JSON.stringify({ folder: '.', format: 'jsonl' }));
    await writeFile(given.folder.join('in.tsv'), Buffer.from('id\tn\tname\n1\t2.5\tcaf\xe9\n2\t\t\n', 'latin1'));
    const target = ['--object', 'rows', '--mode', 'append', '--input', 'in.tsv', '--run', 'r1', '--null', ''];
    const done = await run([
      'connectors',
      'write',
      'files',
      '--config',
      'out.json',
      ...target,
      '--types',
      'id=number,n=number',
    ]);
    expect(done).toMatchObject({ exitCode: 0, stderr: 'in.tsv: read with encoding windows-1252, delimiter tab\n' });
    expect(await readFile(given.folder.join('rows.r1-1.jsonl'), 'utf8')).toBe(
      '{"id":1,"n":2.5,"name":"café"}\n{"id":2,"n":null,"name":null}\n',
    );
  });

  it('reads every line that `read` prints, and `read` prints none that it refuses', async () => {
    await writeFile(given.folder.join('big.jsonl'), `{"id":1}\n{"id":2,"a":"${'x'.repeat(2000)}"}\n`);
    const objects = [{ name: 'rows', files: 'big.jsonl', key: ['id'] }];
    await writeFile(given.folder.join('in.json'), JSON.stringify({ format: 'jsonl', objects }));
    const env = { TIDEMARK_MAX_ROW_BYTES: '2048' };
    const read = await run(['connectors', 'read', 'files', '--config', 'in.json', '--object', 'rows'], { env });
    expect(read).toMatchObject({
      exitCode: 1,
      stderr:
        'rows: OBJECT_TOO_LARGE: the line of 2 is longer than 2048 bytes; TIDEMARK_MAX_ROW_BYTES raises the limit\n',
    });
    expect(read.stdout.trim().split('\n')).toHaveLength(1);
    const raised = { TIDEMARK_MAX_ROW_BYTES: '3000' };
    const all = await run(['connectors', 'read', 'files', '--config', 'in.json', '--object', 'rows'], { env: raised });
    await writeFile(given.folder.join('records.jsonl'), all.stdout);
    await writeFile(given.folder.join('out.json'), JSON.stringify({ folder: '.', format: 'jsonl' }));
    const argv = ['connectors', 'write', 'files', '--config', 'out.json', '--object', 'copy', '--mode', 'append'];
    const write = [...argv, '--lines', 'records', '--input', 'records.jsonl'];
    expect(await run(write, { env: raised })).toMatchObject({ exitCode: 0 });
    expect(await run(write, { env })).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('2048') });
  });

  it('ends at Ctrl-C while it waits for input that never arrives', async () => {
    await writeFile(given.folder.join('out.json'), JSON.stringify({ folder: '.', format: 'jsonl' }));
    const main = new URL('../../dist/main.js', import.meta.url).pathname;
    const argv = ['connectors', 'write', 'files', '--config', 'out.json', '--object', 'rows', '--mode', 'append'];
    const env = { ...process.env, INIT_CWD: given.folder.path };
    const child = spawn(process.execPath, [main, ...argv, '--batch-size', '1'], {
      env,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const ended = Promise.all([text(child.stderr), once(child, 'exit')]);
    child.stdin.write('{"id":1}\n{"id":2}\n');
    await waitFor(async () => (await readdir(given.folder.path)).some((name) => name.startsWith('rows.')));
    child.kill('SIGINT');
    const [stderr] = await ended;
    expect([child.exitCode, stderr]).toEqual([130, expect.stringMatching(/^tidemark: stopped; /)]);
  });

  it('reads what another program writes into a named pipe', async () => {
    await writeFile(given.folder.join('out.json'), JSON.stringify({ folder: '.', format: 'jsonl' }));
    execFileSync('mkfifo', [given.folder.join('pipe')]);
    const argv = ['connectors', 'write', 'files', '--config', 'out.json', '--object', 'rows', '--mode', 'append'];
    const [{ exitCode }] = await Promise.all([
      run([...argv, '--run', 'r1', '--input', 'pipe']),
      writeFile(given.folder.join('pipe'), '{"id":1}\n{"id":2}\n'),
    ]);
    expect(exitCode).toBe(0);
    expect(await readFile(given.folder.join('rows.r1-1.jsonl'), 'utf8')).toBe('{"id":1}\n{"id":2}\n');
    expect(await run([...argv, '--format', 'csv', '--input', 'pipe'])).toMatchObject({
      exitCode: 2,
      stderr: 'tidemark: USAGE: pipe must be JSON lines; CSV can be read only from a file\n',
    });
  });

  it('loses no row when another input uses the same run', async () => {
    await mkdir(given.folder.join('out'));
    await writeFile(given.folder.join('out.json'), JSON.stringify({ folder: 'out', format: 'jsonl', gzip: true }));
    const argv = ['connectors', 'write', 'files', '--config', 'out.json', '--object', 'rows', '--mode', 'append'];
    for (const id of [1, 2, 1, 2, 2]) {
      await writeFile(given.folder.join('in.jsonl'), `{"id":${id}}\n`);
      expect((await run([...argv, '--input', 'in.jsonl', '--run', 'r1'])).exitCode).toBe(0);
    }
    const files = await readdir(given.folder.join('out'));
    const written = await Promise.all(
      files.map(async (name) => gunzipSync(await readFile(given.folder.join('out', name)))),
    );
    expect(written.map(String).sort()).toEqual(['{"id":1}\n', '{"id":2}\n']);
  });

  it('writes several batches in parallel, and prints failed rows in order', async () => {
    await mkdir(given.folder.join('out'));
    await writeFile(
      given.folder.join('out.json'),
      JSON.stringify({ folder: 'out', format: 'csv', csv: { columns: ['id'] } }),
    );
    const rows = Array.from({ length: 20 }, (_, at) => (at % 3 === 0 ? { id: at, more: 1 } : { id: at }));
    await writeFile(given.folder.join('in.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
    const target = ['--object', 'rows', '--mode', 'append', '--input', 'in.jsonl', '--batch-size', '2'];
    const argv = ['connectors', 'write', 'files', '--config', 'out.json', ...target];
    for (const concurrency of [['--concurrency', '3'], ['--concurrency', '1'], []]) {
      const { exitCode, stdout } = await run([...argv, ...concurrency, '--json']);
      expect(exitCode).toBe(1);
      const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as { row: number }); // prettier-ignore
      expect(lines.slice(0, -1).map(({ row }) => row)).toEqual([1, 4, 7, 10, 13, 16, 19]);
      expect(lines.at(-1)).toMatchObject({ created: 13, failed: 7 });
    }
    expect(await readdir(given.folder.join('out'))).toHaveLength(30);
    expect((await run([...argv, '--concurrency', '0'])).exitCode).toBe(2);
  });
});
