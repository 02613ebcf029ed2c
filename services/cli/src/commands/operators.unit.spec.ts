import { describe, expect, it } from '@jest/globals';
import { aPage } from '../testing/answers.js';
import { tidemark } from '../testing/command-line.js';
import { localServers } from '../testing/local-servers.js';

const serving = localServers();

describe('commands for operators', () => {
  it('list keys and projections', async () => {
    const key = {
      id: 'key-1',
      tenant: 'acme',
      name: 'ci',
      scopes: ['read', 'write'],
      createdAt: '2026-03-01T08:00:00Z',
      revokedAt: null,
    };
    const projection = { name: 'jobs', owner: 'job-coordinator', version: 1, state: 'live', position: 90, head: 97 };
    const { url } = await serving({
      'GET /v1/keys': () => aPage([key]),
      'GET /v1/projections': () => ({ data: [projection] }),
    });
    const [, keyRow] = (await tidemark(url, ['keys', 'list'])).stdout.split('\n');
    expect(keyRow).toBe('key-1  acme    ci    read, write  20 min ago  –');
    const [, row] = (await tidemark(url, ['projections', 'list'])).stdout.split('\n');
    expect(row?.split(/\s+/)).toEqual(['jobs', 'job-coordinator', 'live', '1', '90', '7']);
  });

  it('check projections, until the service that checks answers', async () => {
    const lastCheck = { startedAt: '2026-03-01T08:00:00Z', endedAt: null, documents: null, repaired: null };
    const ended = { ...lastCheck, endedAt: '2026-03-01T08:00:01Z', documents: 40, repaired: 2 };
    const other = { ...ended, startedAt: '2026-02-01T08:00:00Z', repaired: 0 };
    const jobs = { name: 'jobs', owner: 'job-coordinator', version: 1, state: 'live', position: 90, head: 97 };
    const answers = [{}, { lastCheck }, { lastCheck: other }, { lastCheck: ended }];
    const { url, requests } = await serving({
      'GET /v1/projections': () => ({ data: [{ ...jobs, ...answers.shift() }] }),
      'POST /v1/projections/jobs/check': () => ({ ...jobs, lastCheck }),
    });
    const { exitCode, stdout } = await tidemark(url, ['projections', 'check']);
    expect([exitCode, stdout.split('\n')[1]!.split(/\s+/)]).toEqual([0, ['jobs', '40', '2']]);
    expect(requests.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'GET', 'GET']);
  });

  it('list dead letters, and redrive or discard those that are named', async () => {
    const letter = { id: '17-5f0c2a9e', consumer: 'differ', subject: 'tidemark.work.differ.diff', messageId: 'm' };
    const filed = { ...letter, reason: 'no such thing', deliveries: 1, filedAt: '2026-03-01T08:00:00Z' };
    const settled = { settled: 1, missing: ['1-00000000'], more: true };
    const { url, requests } = await serving({
      'GET /v1/dead-letters': () => ({ data: [filed], next: filed.id }),
      'POST /v1/dead-letters/redrive': () => settled,
      'POST /v1/dead-letters/discard': () => settled,
    });
    const listed = await tidemark(url, ['dead-letters', 'list']);
    expect(listed.stdout.split('\n')[1]?.split(/\s{2,}/)).toEqual([
      ...['17-5f0c2a9e', 'differ', 'tidemark.work.differ.diff', 'no such thing', '20 min ago'],
    ]);
    expect(listed.stderr).toContain('--after 17-5f0c2a9e');
    const redriven = await tidemark(url, ['dead-letters', 'redrive', filed.id, '1-00000000']);
    expect(redriven.stdout).toBe('1 redriven\n');
    expect(redriven.stderr).toContain('not there (any more): 1-00000000');
    await tidemark(url, ['dead-letters', 'discard', '--all', '--consumer', 'differ']);
    expect(requests.slice(1).map(({ body }) => body)).toEqual([
      { ids: [filed.id, '1-00000000'] },
      { all: true, consumer: 'differ' },
    ]);
    for (const wrong of [[], ['x', '--all']]) {
      const { exitCode, stderr } = await tidemark(url, ['dead-letters', 'discard', ...wrong]);
      expect([exitCode, stderr]).toEqual([2, expect.stringContaining('--all')]);
    }
  });
});
