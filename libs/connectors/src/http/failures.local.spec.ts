import { describe, expect, it } from '@jest/globals';
import { Retryable, Terminal } from '@tidemark/resilience';
import type { JsonObject, RowResult, WriteBatch } from '@tidemark/connector-sdk';
import { openForTest } from '@tidemark/connector-sdk/testing';
import { serve, type Answered, type Asked } from '../http-json/testing/published.js';
import { connector } from './http.connector.js';

const rows = (...ids: unknown[]) => ids.map((id) => ({ id }) as JsonObject);

interface Writing {
  readonly mode?: WriteBatch['mode'];
  readonly signal?: AbortSignal;
  readonly config?: object;
}

/** Writes rows by one operation to a server that answers as given; its results or error, and the requests. */
async function write(
  kind: 'append' | 'upsert' | 'update' | 'delete',
  operation: object,
  data: readonly JsonObject[],
  answer: (asked: Asked, count: number) => Answered | Promise<Answered>,
  { mode = kind === 'delete' ? 'mirror' : kind, signal = new AbortController().signal, config = {} }: Writing = {},
) {
  await using server = await serve((asked, _url, count) => answer(asked, count));
  const full = { path: '/rows', ...operation };
  const objects = [{ name: 'rows', ...(kind === 'delete' && { upsert: { path: '/rows' } }), [kind]: full }];
  await using opened = await openForTest(connector, 'destination', { config: { baseUrl: server.url, ...config, objects } }); // prettier-ignore
  const action = kind === 'delete' ? { action: 'delete' as const } : {};
  const batch = { id: 'b', mode, object: 'rows', key: ['id'], rows: data.map((row) => ({ ...action, data: row })) };
  const outcome = await opened.destination.write(batch, signal).catch((error: unknown) => error as Error);
  const results = outcome instanceof Error ? [] : outcome;
  return { error: outcome instanceof Error ? outcome : null, results, statuses: results.map(({ status }) => status), asked: server.asked }; // prettier-ignore
}

const codes = (results: readonly RowResult[]) =>
  results.map((result) => (result.status === 'failed' ? `${result.code} ${result.retryable}` : result.status));

describe('an append', () => {
  it('without an idempotency key is not repeated when its answer is lost, nor is the rest sent', async () => {
    const { results, asked } = await write('append', {}, rows(1, 2, 3), (_asked, n) => (n === 2 ? [0, ''] : [201, {}]));
    expect(codes(results)).toEqual(['created', 'OUTCOME_UNKNOWN false', 'NOT_SENT true']);
    expect(asked).toHaveLength(2);
  });

  it('fails as a whole as long as nothing was written', async () => {
    const { error } = await write('append', {}, rows(1, 2), () => [503, {}]);
    expect(error).toBeInstanceOf(Retryable);
    const later = await write('append', {}, rows(1, 2), (_asked, n) => (n === 1 ? [201, {}] : [503, {}]));
    expect(codes(later.results)).toEqual(['created', 'NOT_SENT true']);
  });

  it('with an idempotency key is repeated with the same key', async () => {
    const keyed = { idempotencyHeader: 'Idempotency-Key' };
    const { statuses, asked } = await write('append', keyed, rows(1), (_asked, n) => (n === 1 ? [0, ''] : [201, {}]));
    expect(statuses).toEqual(['created']);
    expect(asked.map(({ headers }) => headers['idempotency-key'])).toEqual(['b-0-1', 'b-0-1']);
  });
});

describe('refusals', () => {
  it('of a batch are narrowed down to the rows at fault', async () => {
    const bad = new Set([3, 8]);
    const answer = ({ body }: Asked): Answered => ((body as unknown as { id: number }[]).some(({ id }) => bad.has(id)) ? [422, { error: { message: 'no' } }] : [200, {}]); // prettier-ignore
    const { results, asked } = await write('upsert', { rowsPerRequest: 10 }, rows(...Array(10).keys()), answer);
    expect(codes(results)).toEqual(Array.from({ length: 10 }, (_, id) => (bad.has(id) ? 'ROW_REFUSED false' : 'updated'))); // prettier-ignore
    expect(asked.length).toBeLessThan(20);
  });

  it('inside answers with status 200 are found by rules', async () => {
    const answers = [
      { when: "body.error == 'busy'", then: 'retry' },
      { when: 'body.error', then: 'refuse', message: 'body.error' },
    ];
    const answer = ({ body }: Asked, n: number): Answered => [200, n === 1 ? { error: 'busy' } : (body as unknown as { id: number }).id === 2 ? { error: 'duplicate name' } : {}]; // prettier-ignore
    const { results } = await write('upsert', {}, rows(1, 2), answer, { config: { answers, limits: { inFlight: 1 } } });
    expect(results).toMatchObject([{ status: 'updated' }, { code: 'ROW_REFUSED', message: 'duplicate name' }]);
  });

  it('with a status that may pass are tried again', async () => {
    const { statuses } = await write('upsert', { retryStatuses: [409] }, rows(1), (_asked, n) => [
      n === 1 ? 409 : 200,
      {},
    ]);
    expect(statuses).toEqual(['updated']);
  });

  it('of the credential, the address or the path fail the batch', async () => {
    expect((await write('upsert', {}, rows(1), () => [403, {}])).error).toMatchObject({
      code: 'DESTINATION_FORBIDDEN',
    });
    expect((await write('upsert', {}, rows(1), () => [404, {}])).error).toMatchObject({
      code: 'DESTINATION_NOT_FOUND',
    });
    const named = await write('upsert', { path: '/rows/{{row.id}}' }, rows(1), () => [404, { message: 'gone' }]);
    expect(codes(named.results)).toEqual(['ROW_REFUSED false']);
  });
});

describe('rows', () => {
  it('that are not there are skipped by update and delete', async () => {
    const missing = () => [404, {}] as const;
    expect((await write('update', { path: '/rows/{{row.id}}' }, rows(1), missing)).statuses).toEqual(['skipped']);
    const gone = { path: '/rows/{{row.id}}', method: 'DELETE' };
    expect((await write('delete', gone, rows(1), missing)).statuses).toEqual(['skipped']);
    expect((await write('delete', gone, rows(1), () => [204, ''])).statuses).toEqual(['deleted']);
  });

  it('never lead to another path', async () => {
    const named = { path: '/rows/{{row.id}}', method: 'PUT' };
    const { results, asked } = await write('upsert', named, rows('..', '', 'a/b', { deep: 1 }), () => [200, {}]);
    expect(codes(results)).toEqual(['ROW_INVALID false', 'ROW_INVALID false', 'updated', 'ROW_INVALID false']);
    expect(asked.map(({ path }) => path)).toEqual(['/rows/a%2Fb']);
  });

  it('without a result in the answer fail as retryable', async () => {
    const matched = { rowsPerRequest: 2, results: [{ rows: 'done', match: 'id' }] };
    const { results } = await write('upsert', matched, rows('1', '2'), () => [200, { done: [{ id: '2' }] }]);
    expect(codes(results)).toEqual(['RESULT_MISSING true', 'updated']);
    const ordered = { rowsPerRequest: 2, results: [{ rows: 'done' }] };
    const { error } = await write('upsert', ordered, rows('1', '2'), () => [200, { done: [{}] }]);
    expect(error).toMatchObject({ code: 'DESTINATION_INVALID_RESPONSE', field: 'objects.0.upsert.results.0.rows' });
  });

  it('that repeat a key are written once, with the last values', async () => {
    const twice: JsonObject[] = [{ id: 1, n: 'first' }, { id: 2 }, { id: 1, n: 'last' }];
    const { statuses, asked } = await write('upsert', { rowsPerRequest: 5 }, twice, () => [200, {}]);
    expect(statuses).toEqual(['skipped', 'updated', 'updated']);
    expect(asked.map(({ body }) => body)).toEqual([[{ id: 2 }, { id: 1, n: 'last' }]]);
  });

  it('may be sent as lines, several for each, as bulk APIs have them', async () => {
    const bulk = {
      ...{ rowsPerRequest: 10, bodyFormat: 'ndjson', row: [{ index: { _id: '{{row.id}}' } }, '{{row}}'] },
      results: [{ rows: 'items[].index', ok: '!error', created: "result == 'created'", code: 'error.type', message: 'error.reason' }], // prettier-ignore
    };
    let sent = '';
    const items = [{ index: { result: 'created' } }, { index: { error: { type: 'mapper_parsing_exception', reason: 'no date' } } }]; // prettier-ignore
    const { results } = await write('upsert', bulk, rows(1, 2), ({ text }) => ((sent = text), [200, { errors: true, items }])); // prettier-ignore
    expect(sent).toBe('{"index":{"_id":1}}\n{"id":1}\n{"index":{"_id":2}}\n{"id":2}\n');
    expect(codes(results)).toEqual(['created', 'MAPPER_PARSING_EXCEPTION false']);
  });

  it('keep the digits of numbers that a double does not represent', async () => {
    const { asked } = await write('upsert', { body: { sent: '{{row}}', text: 'no. {{row.id}}' } }, rows('9007199254740993'), () => [200, {}]); // prettier-ignore
    expect(asked[0]!.body).toEqual({ sent: { id: '9007199254740993' }, text: 'no. 9007199254740993' });
  });
});

describe('a batch', () => {
  it('is refused before anything is sent when the config lacks an operation or the object', async () => {
    const { error, asked } = await write('append', {}, rows(1), () => [200, {}], { mode: 'upsert' });
    expect(error).toBeInstanceOf(Terminal);
    expect(error).toMatchObject({ code: 'DESTINATION_REQUEST_REFUSED', field: 'objects.0.upsert' });
    expect(asked).toHaveLength(0);
  });

  it('is sent side by side, within the limit', async () => {
    let [running, peak] = [0, 0];
    const gate = Promise.withResolvers<void>();
    const answer = async (): Promise<Answered> => {
      peak = Math.max(peak, ++running);
      if (running === 3) gate.resolve();
      await gate.promise;
      running--;
      return [200, {}];
    };
    await write('upsert', {}, rows(...Array(12).keys()), answer, { config: { limits: { inFlight: 3 } } });
    expect(peak).toBe(3);
  });

  it('ends with the reason of an abort', async () => {
    const stop = new AbortController();
    const reason = new Error('stopped by the test');
    const answer = (): Promise<Answered> => (stop.abort(reason), new Promise(() => {}));
    expect((await write('upsert', {}, rows(1, 2), answer, { signal: stop.signal })).error).toBe(reason);
  });
});
