import { describe, expect, it } from '@jest/globals';
import { aConnection, aJob, aPage, connectionId } from './testing/answers.js';
import { tidemark } from './testing/command-line.js';
import { localServers } from './testing/local-servers.js';

const serving = localServers();

const lists = {
  'GET /v1/connections': () => aPage([aConnection(), aConnection({ id: 'b'.repeat(36), name: 'other' })]),
};

describe('ids', () => {
  const jobs = ['0195500a-8d00-7def-8000-00000000000a', '0195500a-8d00-7dee-8000-00000000000b'];
  const answers = {
    ...lists,
    'GET /v1/jobs': () => aPage(jobs.map((id) => aJob({ id }))),
    [`GET /v1/jobs/${jobs[0]}`]: () => aJob({ id: jobs[0] }),
    [`GET /v1/connections/${connectionId}`]: () => aConnection(),
  };

  it('may be given by a unique prefix', async () => {
    const { url } = await serving(answers);
    expect(await tidemark(url, ['jobs', 'show', '0195500A-8d00-7def'])).toMatchObject({ exitCode: 0 });
  });

  it('with an ambiguous prefix are listed', async () => {
    const { url } = await serving(answers);
    const { exitCode, stderr } = await tidemark(url, ['jobs', 'show', '0195500a']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`is ambiguous; it matches 2 jobs: ${jobs.join(', ')}`);
  });

  it('of a connection may be its exact name', async () => {
    const { url } = await serving(answers);
    const { exitCode, stdout } = await tidemark(url, ['connections', 'show', 'billing api']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(connectionId);
    expect(await tidemark(url, ['connections', 'show', 'billing'])).toMatchObject({ exitCode: 3 });
  });

  it('are not guessed for two connections of the same name', async () => {
    const twins = [aConnection(), aConnection({ id: 'b'.repeat(36) })];
    const { url } = await serving({ 'GET /v1/connections': () => aPage(twins) });
    expect(await tidemark(url, ['connections', 'show', 'billing api'])).toMatchObject({ exitCode: 2 });
  });

  it('are found on later pages too', async () => {
    const others = Array.from({ length: 100 }, (_, at) => aConnection({ id: `c-${at}`, name: `n${at}` }));
    const { url, requests } = await serving({
      ...answers,
      'GET /v1/connections': ({ url: requested }) =>
        requested.includes('page=2') ? aPage([aConnection()], 101, 2, 100) : aPage(others, 101, 1, 100),
    });
    expect(await tidemark(url, ['connections', 'show', 'billing api'])).toMatchObject({ exitCode: 0 });
    expect(requests.map((request) => request.url)).toContain('/v1/connections?page=2&perPage=100');
  });
});
