import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { AuthExpired, RateLimited, Retryable, Terminal } from '@tidemark/resilience';
import { openForTest, TestToken } from '@tidemark/connector-sdk/testing';
import { digestAnswer } from '../rest/digesting.js';
import { connector } from './http-json.connector.js';
import { serve, type Answered, type Asked } from './testing/published.js';
import { idsOf, problemsOf, readPages } from './testing/read.js';

const object = { name: 'items', path: '/items', records: 'items' };
const cursor = { kind: 'cursor', next: 'next', param: 'after' };

/** Reads an object whose server gives these answers in turn, the last one from then on. */
async function readOn(
  more: object,
  answers: readonly (Answered | ((asked: Asked) => Answered))[],
  config: object = {},
) {
  await using server = await serve((asked, _url, count) => {
    const answer = answers[Math.min(count, answers.length) - 1]!;
    return typeof answer === 'function' ? answer(asked) : answer;
  });
  const pages = await readPages({ baseUrl: server.url, ...config, objects: [{ ...object, ...more }] });
  return { pages, ids: idsOf(pages), problems: problemsOf(pages), asked: server.asked };
}

const items = (...ids: unknown[]) => ids.map((id) => ({ id }));

describe('rules on answers', () => {
  const failing = { ok: false, error: 'bad things' };

  it('take an error inside an answer with status 200 for what it is', async () => {
    const rule = (then: string, more = {}) => ({ answers: [{ when: 'body.ok == `false`', then, message: 'body.error', ...more }] }); // prettier-ignore
    const failure = (then: string, more = {}) => readOn(rule(then, more), [[200, failing]]).catch((error: unknown) => error); // prettier-ignore
    for (const [then, kind, code] of [
      ['fail', Terminal, 'SOURCE_REQUEST_REFUSED'],
      ['retry', Retryable, 'SOURCE_UNREACHABLE'],
      ['rateLimit', RateLimited, 'RATE_LIMITED'],
      ['auth', AuthExpired, 'SOURCE_AUTH_EXPIRED'],
    ] as const) {
      const error = await failure(then, then === 'rateLimit' ? { waitSeconds: 3600 } : {});
      expect(error).toBeInstanceOf(kind);
      expect(error).toMatchObject({ code, message: expect.stringContaining('answered 200: bad things') });
    }
  });

  it('wait for a limit as long as the answer says, and try again', async () => {
    const answers = [{ when: 'body.ok == `false`', then: 'rateLimit', waitSeconds: 'body.cost / body.rate' }];
    const { ids, asked } = await readOn({ answers }, [[200, { ok: false, cost: 1, rate: 100 }], [200, { items: items(1) }]]); // prettier-ignore
    expect([ids, asked.length]).toEqual([['1'], 2]);
  });

  it('renew a token that an answer with status 200 refuses', async () => {
    const token = new TestToken();
    await using server = await serve(({ headers }) =>
      headers['authorization'] === `Bearer ${token.accepted}`
        ? [200, { items: items(1) }]
        : [200, { error: 'token_expired' }],
    );
    const answers = [{ when: "body.error == 'token_expired'", then: 'auth' }];
    await using opened = await openForTest(connector, 'source', {
      config: { baseUrl: server.url, objects: [{ ...object, answers }] },
      credential: token,
    });
    token.expire();
    const signal = new AbortController().signal;
    const pages = await Array.fromAsync(opened.source.read({ object: 'items', signal }));
    expect(idsOf(pages)).toEqual(['1']);
  });

  it('keep the data beside an error, and report the error', async () => {
    const partial = { items: [{ id: 1 }, null, { id: 3 }], errors: [{ message: 'no access to one item' }] };
    const { ids, problems } = await readOn({ answers: [{ when: 'body.errors', then: 'problem' }] }, [[200, partial]]);
    expect(ids).toEqual(['1', '3']);
    expect(problems).toEqual([
      { objectType: 'items', code: 'RESPONSE_INCOMPLETE', message: 'no access to one item' },
      expect.objectContaining({ code: 'OBJECT_INVALID' }),
    ]);
    const ignored = await readOn({ answers: [{ when: 'body.errors', then: 'ignore' }] }, [[200, partial]]);
    expect(ignored.problems).toHaveLength(1);
  });

  it('end a read behind its last page, and never at its first', async () => {
    const paged = { pagination: { kind: 'page', param: 'page' }, answers: [{ status: [404], then: 'end' }] };
    expect(
      (
        await readOn(paged, [
          [200, { items: items(1, 2) }],
          [404, {}],
        ])
      ).ids,
    ).toEqual(['1', '2']);
    await expect(readOn(paged, [[404, {}]])).rejects.toBeInstanceOf(Terminal);
  });

  it('leave answers alone whose shape their conditions do not fit', async () => {
    const answers = [{ when: 'length(body.errors) > `0`', then: 'fail' }];
    expect((await readOn({ answers }, [[200, { items: items(1) }]])).ids).toEqual(['1']);
  });

  it("without one, the system's own words are in the error", async () => {
    await expect(readOn({}, [[200, { ok: false, error: 'quota used up' }]])).rejects.toThrow(
      'objects.0.records finds nothing instead of a list of records, and says: quota used up',
    );
  });
});

describe('answers without records', () => {
  it('are empty pages with status 204, and where the list may be null or missing', async () => {
    expect((await readOn({}, [[204, '']])).pages).toMatchObject([{ records: [], hasMore: false }]);
    for (const body of [{ items: null }, {}]) {
      expect((await readOn({ nullable: true }, [[200, body]])).pages).toMatchObject([{ records: [], hasMore: false }]);
      await expect(readOn({}, [[200, body]])).rejects.toMatchObject({ field: 'objects.0.records' });
    }
  });

  it('do not end a read in the middle', async () => {
    const answers = [
      [200, { items: items(1), next: 'a' }],
      [200, { items: [], next: 'b' }],
      [200, { items: items(2) }],
    ] as const;
    expect((await readOn({ pagination: cursor }, answers)).ids).toEqual(['1', '2']);
  });

  it('are not followed for ever', async () => {
    const endless = ({ query }: Asked): Answered => [200, { items: [], next: `${query.get('after') ?? ''}x`.slice(-900) + String(Math.random()) }]; // prettier-ignore
    await expect(readOn({ pagination: cursor }, [endless])).rejects.toThrow('more than 1000 empty pages in a row');
  });
});

describe('pages that go round', () => {
  it.each([2, 3, 7])('in a circle of %i tokens are found', async (length) => {
    const round = ({ query }: Asked): Answered => {
      const at = Number(query.get('after') ?? 0);
      return [200, { items: items(at), next: String((at + 1) % length || length) }];
    };
    const reading = readOn({ pagination: cursor }, [round]);
    await expect(reading).rejects.toMatchObject({ code: 'SOURCE_INVALID_RESPONSE', message: expect.stringMatching(/circle|same page/) }); // prettier-ignore
  });

  it('with new tokens and the same records are found', async () => {
    let n = 0;
    const same = (): Answered => [200, { items: items(1, 2), next: `token ${n++}` }];
    await expect(readOn({ pagination: cursor }, [same])).rejects.toThrow('circle');
  });

  it('end a read where the config says that the last page is repeated', async () => {
    const last = { kind: 'page', param: 'page', repeated: 'end' };
    const answers = [
      [200, { items: items(1) }],
      [200, { items: items(2) }],
    ] as const;
    expect((await readOn({ pagination: last }, answers)).ids).toEqual(['1', '2']);
  });

  it('end with a short page where the config says so', async () => {
    const paged = { pagination: { kind: 'offset', param: 'skip', first: 1, lastPage: 'short' }, pageSize: { param: 'n', max: 2 } }; // prettier-ignore
    const { ids, asked } = await readOn(paged, [
      [200, { items: items(1, 2) }],
      [200, { items: items(3) }],
    ]);
    expect(ids).toEqual(['1', '2', '3']);
    expect(asked.map(({ query }) => query.get('skip'))).toEqual(['1', '3']);
  });
});

describe('a page token that is refused', () => {
  const page = ({ query }: Asked): Answered => (query.get('after') === null ? [200, { items: items(1, 2), next: 'a' }] : [200, { items: items(3) }]); // prettier-ignore

  it('restarts the read from its beginning, once, and says so', async () => {
    const { ids, problems } = await readOn({ pagination: cursor }, [
      page,
      [410, { message: 'this page is too old' }],
      page,
    ]);
    expect(ids).toEqual(['1', '2', '1', '2', '3']);
    expect(problems).toEqual([expect.objectContaining({ code: 'READ_RESTARTED', message: expect.stringMatching(/restarted from its beginning.*this page is too old/) })]); // prettier-ignore
    const refused = (asked: Asked): Answered => (asked.query.get('after') === null ? page(asked) : [410, {}]);
    await expect(readOn({ pagination: cursor }, [refused])).rejects.toMatchObject({ code: 'SOURCE_CURSOR_EXPIRED' });
  });

  it('restarts from the last time reached where records come in that order', async () => {
    const sorted = {
      ...{ pagination: cursor, updatedAt: 'at', incremental: { since: 'since', sorted: true } },
      answers: [{ status: [400], when: "body.error == 'too deep'", then: 'restart' }],
    };
    const timed = (n: number) => ({ id: n, at: `2026-01-0${n}T00:00:00.000Z` });
    const answers: Answered[] = [[200, { items: [timed(1), timed(2)], next: 'a' }], [400, { error: 'too deep' }], [200, { items: [timed(2), timed(3)] }]]; // prettier-ignore
    const { ids, asked, problems } = await readOn(sorted, answers);
    expect(ids).toEqual(['1', '2', '2', '3']);
    expect(asked[2]!.query.get('since')).toBe('2026-01-02T00:00:00.000Z');
    expect(problems[0]!.message).toContain('restarted from 2026-01-02T00:00:00.000Z');
  });
});

describe('bodies', () => {
  const body = (bytes: string | Uint8Array, type: string, more = {}) => readOn({ records: '@', ...more }, [[200, bytes, { 'content-type': type }]]); // prettier-ignore

  it.each([
    ['ndjson', 'application/x-ndjson', '{"id":1}\n\n{"id":9007199254740993}\r\n', {}],
    ['csv', 'text/csv', 'id;name\r\n1;"a;b"\r\n9007199254740993;\r\n', { delimiter: ';' }],
    ['xml', 'application/xml', '<?xml version="1.0"?><r><i n="1"><id>1</id></i><i><id>9007199254740993</id></i></r>', { records: 'r.i' }],
  ])('are read as %s', async (format, type, text, more) => {
    expect((await body(text, type, { format, ...more })).ids).toEqual(['1', '9007199254740993']);
  }); // prettier-ignore

  it('of XML may have a single element, attributes, text and namespaces, and no entities of their own', async () => {
    const { pages } = await body('<f xmlns:a="u"><a:e id="7">x &amp; y &#65;<b/></a:e></f>', 'text/xml', { format: 'xml', records: 'f."a:e"', id: '"_id"' }); // prettier-ignore
    expect(pages[0]!.records[0]!.data).toEqual({ _id: '7', b: null, _text: 'x & y A' });
    const bomb = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><r>&b;</r>';
    const deep = '<a>'.repeat(5000) + '</a>'.repeat(5000);
    for (const [text, why] of [[bomb, 'entities are refused'], [deep, 'nested deeper'], ['<a><b></a>', 'not well-formed'], ['<r>&b;</r>', 'not well-formed']]) // prettier-ignore
      await expect(body(text!, 'text/xml', { format: 'xml' })).rejects.toMatchObject({ code: 'SOURCE_INVALID_RESPONSE', message: expect.stringContaining(why!) }); // prettier-ignore
  });

  it('of CSV with a row of another length report that row', async () => {
    const { ids, problems } = await body('id,name\n1,a\n2,b,c\n3,d\n', 'text/csv', { format: 'csv' });
    expect(ids).toEqual(['1', '3']);
    expect(problems).toMatchObject([{ code: 'OBJECT_INVALID' }]);
  });

  it('may begin with a byte order mark, and have another charset', async () => {
    expect((await body('\ufeff[{"id":1}]', 'application/json')).ids).toEqual(['1']);
    expect((await body(Buffer.from('\ufeff[{"id":"é"}]', 'utf16le'), 'application/json')).ids).toEqual(['é']);
    expect((await body(Buffer.from('[{"id":"é"}]', 'latin1'), 'application/json; charset=ISO-8859-1')).ids).toEqual(['é']); // prettier-ignore
    await expect(body(Buffer.from('[{"id":"é"}]', 'latin1'), 'application/json')).rejects.toThrow('is not UTF-8');
    await expect(body('[]', 'application/json; charset=klingon')).rejects.toThrow('unknown charset klingon');
  });

  it('of another type are named, once and for all', async () => {
    const reading = body('<html><body>Sign in</body></html>', 'text/html; charset=utf-8');
    await expect(reading).rejects.toBeInstanceOf(Terminal);
    await expect(reading).rejects.toThrow('answered text/html instead of JSON');
    expect((await body('[{"id":1}]', 'text/plain')).ids).toEqual(['1']);
  });

  it('may be hostile', async () => {
    await expect(body('['.repeat(100_000) + ']'.repeat(100_000), 'application/json')).rejects.toThrow('nested deeper than 500 levels'); // prettier-ignore
    const bomb = gzipSync(Buffer.alloc(200 * 1024 ** 2, 0x20));
    const answer: Answered = [200, bomb, { 'content-encoding': 'gzip' }];
    await expect(readOn({}, [answer])).rejects.toMatchObject({ code: 'SOURCE_RESPONSE_TOO_LARGE' });
  });

  it('that are large do not hold up others', async () => {
    const item = (id: number) => ({ id, text: 'x'.repeat(100), list: [1, 2, 3] });
    const text = JSON.stringify({ items: Array.from({ length: 60_000 }, (_, id) => item(id)) });
    const rules: string[] = [];
    const order = { bytes: Buffer.from(text), decoding: { format: 'json' as const }, status: 200, headers: {}, find: ['items', 'length(items)'], rules }; // prettier-ignore
    let turns = 0;
    const count = () => void (turns++, (turning = setImmediate(count)));
    let turning = setImmediate(count);
    const { found } = await digestAnswer(order, new AbortController().signal);
    clearImmediate(turning);
    expect(found[1]).toBe(60_000);
    expect((found[0] as { id: number }[]).map(({ id }) => id)).toEqual(Array.from({ length: 60_000 }, (_, id) => id));
    // Digested at once, others would have had no turn at all.
    expect(turns).toBeGreaterThan(100);
    expect((await readOn({}, [[200, text]])).ids).toHaveLength(60_000);
  });

  it('that are large fail as small ones do', async () => {
    const text = `{"items":[${'1,'.repeat(1_000_000)}`;
    await expect(readOn({}, [[200, text]])).rejects.toMatchObject({ code: 'SOURCE_INVALID_RESPONSE', message: expect.stringContaining('is not JSON') }); // prettier-ignore
    const stop = new AbortController();
    const order = { bytes: Buffer.from(`[${'1,'.repeat(2_000_000)}1]`), decoding: { format: 'json' as const }, status: 200, headers: {}, find: ['@'], rules: [] }; // prettier-ignore
    const reading = digestAnswer(order, stop.signal);
    const reason = new Error('stopped by the test');
    stop.abort(reason);
    await expect(reading).rejects.toBe(reason);
  });
});

describe('times', () => {
  it('that could be day or month first are refused, unless their format is declared', async () => {
    const timed = { updatedAt: 'at', records: '@' };
    const list = [
      { id: 1, at: '01/02/2026' },
      { id: 2, at: '2026-02-01' },
    ];
    const guessed = await readOn(timed, [[200, list]]);
    expect(guessed.ids).toEqual(['2']);
    expect(guessed.problems).toMatchObject([{ code: 'OBJECT_INVALID', field: 'at', externalId: '1', message: expect.stringContaining('99/99/9999') }]); // prettier-ignore
    const declared = await readOn({ ...timed, timeFormat: 'dd/MM/yyyy' }, [[200, [list[0]]]]);
    expect(declared.pages[0]!.records[0]!.updatedAt).toBe('2026-02-01T00:00:00.000Z');
  });
});
