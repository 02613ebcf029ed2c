import { describe, expect, it } from '@jest/globals';
import { aJob, connectionId, jobId } from './testing/answers.js';
import { tidemark } from './testing/command-line.js';
import { localServer } from './testing/local-server.js';
import { localServers } from './testing/local-servers.js';

const serving = localServers();

describe('the command line', () => {
  it('sends the key and prints exactly the JSON of the API', async () => {
    const { url, requests } = await serving({ [`GET /v1/jobs/${jobId}`]: () => aJob() });
    const { exitCode, stdout, stderr } = await tidemark(url, ['jobs', 'show', jobId, '--json']);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual(aJob());
    expect(requests[0]!.headers.authorization).toBe('Bearer tmk_secret');
  });

  it('accepts address and --json before or after the command', async () => {
    const { url, requests } = await serving({ [`GET /v1/jobs/${jobId}`]: () => aJob() });
    const common = ['--url', url, '--json'];
    const before = await tidemark('http://127.0.0.1:1', [...common, 'jobs', 'show', jobId]);
    const after = await tidemark('http://127.0.0.1:1', ['jobs', 'show', jobId, ...common]);
    expect(after).toEqual(before);
    expect(before.exitCode).toBe(0);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer tmk_secret', 'Bearer tmk_secret']);
  });

  it('refuses a key on the command line, which others can see, without repeating it', async () => {
    const { url, requests } = await serving({});
    for (const argv of [
      ['--key', 'tmk_mine', 'jobs', 'list'],
      ['jobs', 'list', '--key', 'tmk_mine'],
    ]) {
      const { exitCode, stderr } = await tidemark(url, argv);
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/TIDEMARK_API_KEY.*--key-file/);
      expect(stderr).not.toContain('tmk_mine');
    }
    expect(requests).toEqual([]);
  });

  it('prints what others wrote without letting it control the terminal', async () => {
    const name = 'a\u001b[2J\u009b\u202e';
    const { url } = await serving({ [`GET /v1/jobs/${jobId}`]: () => ({ ...aJob(), connectionId: name }) });
    for (const flags of [[], ['--json']])
      for (const columns of [undefined, 100]) {
        const { stdout } = await tidemark(url, ['jobs', 'show', jobId, ...flags], columns ? { columns } : {});
        expect(stdout.replace(/\u001b\[\d{1,2}m/g, '')).not.toMatch(/[\u001b\u009b\u202e]/);
        if (flags.length > 0) expect(JSON.parse(stdout)).toMatchObject({ connectionId: name });
      }
  });

  it.each([
    ['VALIDATION_FAILED', 400, 2],
    ['NOT_FOUND', 404, 3],
    ['UNAUTHENTICATED', 401, 4],
    ['FORBIDDEN', 403, 4],
    ['EVENT_STORE_UNAVAILABLE', 503, 5],
    ['RATE_LIMITED', 429, 5],
    ['JOB_NOT_CANCELLABLE', 409, 6],
    ['TOO_MANY_CONCURRENT_SYNCS', 429, 6],
    ['SOMETHING_NEW', 409, 6],
  ])('answers %s with its exit code and one line', async (code, status, exitCode) => {
    const body = { error: { code, message: 'not today', requestId: 'r-7' } };
    const { url } = await serving({ [`POST /v1/jobs/${jobId}/cancel`]: { status, body } });
    const ran = await tidemark(url, ['jobs', 'cancel', jobId]);
    expect(ran).toMatchObject({ exitCode, stdout: '' });
    expect(ran.stderr).toMatch(new RegExp(`^tidemark: ${code}: not today.*\\(request r-7\\)\\n$`));
  });

  it('names the fields at fault, the conflicting job and when to retry', async () => {
    const fields = [{ field: 'schedule.cron', message: 'schedule.cron never matches a date' }];
    const error = { code: 'VALIDATION_FAILED', message: 'invalid', requestId: 'r-7', fields, jobId };
    const { url } = await serving({
      'GET /v1/overview': { status: 503, body: { error }, headers: { 'retry-after': '2' } },
    });
    const { stderr } = await tidemark(url, ['overview']);
    expect(stderr).toBe(
      `tidemark: VALIDATION_FAILED: invalid; schedule.cron never matches a date; job ${jobId}; try again in 2 s (request r-7)\n`,
    );
  });

  it('reports a refused connection', async () => {
    const server = await localServer({});
    await server.close();
    const { exitCode, stderr } = await tidemark(server.url, ['overview']);
    expect(exitCode).toBe(5);
    expect(stderr).toBe(
      `tidemark: UNREACHABLE: cannot reach Tidemark at ${server.url}/: connection refused; is it running?\n`,
    );
  });

  it('detects a server that is not Tidemark', async () => {
    const { url } = await serving({ 'GET /v1/overview': (_request, response) => void response.end('<html>') });
    expect(await tidemark(url, ['overview'])).toMatchObject({ exitCode: 5, stdout: '' });
  });

  it.each([
    ['an unknown command', ['jobs', 'wach']],
    ['a missing option', ['connections', 'add', '--url', 'https://a.example']],
    ['a value that is not in the list', ['changes', connectionId, '--severity', 'breaking,grave']],
    ['a config that is not JSON', ['connections', 'add', '--name', 'a', '--config', '{']],
    ['a schedule given twice', ['connections', 'add', '--name', 'a', '--every', 'daily', '--cron', '* * * * *']],
    ['a time zone without a cron expression', ['connections', 'add', '--name', 'a', '--time-zone', 'Europe/Berlin']],
    ['a revision below 0', ['replay', 'job', jobId, '--to-revision', '-1']],
    ['a replay to nowhere', ['replay', 'job', jobId]],
    ['a command group alone', ['jobs']],
    ['an address that is none', ['--url', 'localhost:8080', 'overview']],
  ])('refuses %s with exit code 2 and sends no request', async (_what, argv) => {
    const { url, requests } = await serving({});
    const { exitCode, stdout, stderr } = await tidemark(url, argv);
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).not.toBe('');
    expect(requests).toEqual([]);
  });

  it('prints help with exit code 0', async () => {
    const { exitCode, stdout } = await tidemark('http://127.0.0.1:1', ['jobs', '--help']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('watch');
  });

  it('encodes values in paths', async () => {
    const { url, requests } = await serving({});
    await tidemark(url, ['projections', 'rebuild', '../keys?x']);
    expect(requests[0]!.url).toBe('/v1/projections/..%2Fkeys%3Fx/rebuild');
  });
});
