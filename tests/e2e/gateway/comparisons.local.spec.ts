import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tidemark/test-kit';
import type { Edge } from '../../installations/edge.js';
import { WatchingEdge } from '../../installations/watching-edge.js';
import { apiOf } from '../../publishers/descriptions.js';

const versions = [
  apiOf('1.0.0', { '/invoices': ['id', 'total'] }),
  apiOf('1.1.0', { '/invoices': ['id'] }),
  apiOf('1.2.0', { '/invoices': ['id', 'total'], '/refunds': ['id'] }),
];

let watching: WatchingEdge;
let edge: Edge;
let connectionId: string;
/** The newest first. */
let snapshots: { id: string; apiVersion: string }[];

beforeAll(async () => {
  watching = await WatchingEdge.start();
  ({ edge, connectionId } = watching);
  for (const version of versions) await watching.sync(version);
  snapshots = await eventually(async () => {
    const { data } = (await edge.call('GET', `/v1/connections/${connectionId}/snapshots`)).body;
    return data.length === 3 && data;
  }, 'three snapshots');
}, 30_000);
afterAll(() => watching.close());

const compare = (query = '', connection = connectionId) =>
  edge.call('GET', `/v1/connections/${connection}/comparison${query}`);

describe('a comparison on demand', () => {
  it('compares the newest snapshot with the one before it, and finds the recorded changes', async () => {
    const { status, body } = await compare();
    expect([status, body.before.apiVersion, body.after.apiVersion]).toEqual([200, '1.1.0', '1.2.0']);
    const path = `/v1/connections/${connectionId}/changes?snapshotId=${snapshots[0]!.id}`;
    const recorded = (await edge.call('GET', path)).body.data;
    expect(body.data.length).toBeGreaterThan(1);
    expect(body.data.map(({ changeId }: { changeId: string }) => changeId)).toEqual(
      recorded.map(({ changeId }: { changeId: string }) => changeId),
    );
  });

  it('compares any two snapshots, in any order', async () => {
    const [newest, , oldest] = snapshots;
    const far = (await compare(`?before=${oldest!.id}&after=${newest!.id}`)).body;
    expect(far.data).toMatchObject([{ operation: 'GET /refunds', severity: 'safe' }, { rule: 'api-version-changed' }]);
    expect(far.bySeverity).toEqual({ breaking: 0, risky: 0, safe: 1, info: 1 });
    const back = (await compare(`?before=${newest!.id}&after=${oldest!.id}`)).body;
    expect(back.bySeverity.breaking).toBe(1);
    expect((await compare(`?before=${newest!.id}&after=${newest!.id}`)).body.data).toEqual([]);
  });

  it('can be filtered and paged, and marks the changes that the current ignore list expects', async () => {
    const all = (await compare()).body;
    const one = (await compare('?perPage=1&page=2')).body;
    expect([one.data, one.pagination.total]).toEqual([[all.data[1]], all.data.length]);
    expect((await compare('?operation=GET%20/refunds')).body.data).toHaveLength(1);
    const body = { operation: 'GET /refunds', reason: 'not ours' };
    const rule = (await edge.call('POST', `/v1/connections/${connectionId}/ignores`, { body })).body;
    const ignored = await eventually(async () => {
      const { body: found } = await compare('?ignored=true');
      return found.data.length > 0 && found;
    }, 'the ignore list to be known');
    expect(ignored.data[0].ignored).toEqual({ id: rule.id, reason: 'not ours' });
    expect(ignored.ignored).toBe(1);
    expect(ignored.bySeverity.safe).toBe(all.bySeverity.safe - 1);
    const report = await compare('/report?format=markdown');
    expect(report.body).not.toContain('/refunds');
  });

  it.each([
    ['html', 'text/html; charset=utf-8', /^<!doctype html>/],
    ['markdown', 'text/markdown; charset=utf-8', /^# Billing changes/],
    ['text', 'text/plain; charset=utf-8', /^Billing changes/],
  ])('is a document of format %s', async (format, type, start) => {
    const { headers, body } = await compare(`/report?format=${format}`);
    expect(headers.get('content-type')).toBe(type);
    expect(body).toMatch(start);
    expect(body).toMatch(/1\.1\.0 of \d{4}-\d\d-\d\d \d\d:\d\dZ → 1\.2\.0 of /);
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'; style-src 'unsafe-inline'");
  });

  it('says what is missing', async () => {
    const refusal = async (query: string, connection?: string) => {
      const { status, body } = await compare(query, connection);
      return [status, body.error.fields?.[0]?.field];
    };
    const other = await edge.connect(watching.publisher.source());
    expect(await refusal('', other)).toEqual([400, 'after']);
    expect(await refusal(`?after=${snapshots[2]!.id}`)).toEqual([400, 'before']);
    expect(await refusal(`?after=${snapshots[0]!.id}`, other)).toEqual([404, 'after']);
    expect(await refusal('?before=nope')).toEqual([404, 'before']);
    expect(await refusal('/report?format=pdf')).toEqual([400, 'format']);
    const { key } = await edge.newKey('stranger', 'read');
    expect((await edge.call('GET', `/v1/connections/${connectionId}/comparison`, { key })).status).toBe(404);
  });
});

describe('the list of recorded changes', () => {
  it('can be paged through while others are added, up to a time', async () => {
    const path = `/v1/connections/${connectionId}/changes`;
    const list = async (query: string) => (await edge.call('GET', `${path}?${query}`)).body;
    const all = (await list('')).data as { id: string; detectedAt: string; snapshotId: string }[];
    // As if the newest comparison was recorded after a caller had begun to page through the previous one.
    const older = all.filter(({ snapshotId }) => snapshotId === snapshots[1]!.id);
    const until = older[0]!.detectedAt;
    const pages = [1, 2].map((page) => list(`perPage=1&page=${page}&until=${until}`));
    const seen = (await Promise.all(pages)).flatMap(({ data }) => data);
    expect(seen.map(({ id }) => id)).toEqual(older.slice(0, 2).map(({ id }) => id));
    expect((await list(`until=${until}`)).pagination.total).toBe(older.length);
    expect((await list(`since=${until}&until=${until}`)).data).toEqual(older);
  });
});
