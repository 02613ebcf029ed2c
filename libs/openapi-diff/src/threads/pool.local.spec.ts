import { describe, expect, it } from '@jest/globals';
import { canonicalJson, normalize, parse } from '../index.js';
import { compareStored, describeBytes, OutOfTimeError } from './index.js';

const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const table = <T>(count: number, make: (index: number) => T) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`p${n}`, make(n)]));

/** Takes minutes to compare with another edition: every operation reaches every change. */
const slow = (edition: string) => {
  const schema = { type: 'object', properties: table(2000, () => ({ type: edition })) };
  const content = { 'application/json': { schema: { $ref: '#/components/schemas/Root' } } };
  const paths = table(5000, () => ({ get: { responses: { 200: { description: 'ok', content } } } }));
  const document = {
    openapi: '3.1.0',
    info: { title: 'slow', version: '1' },
    paths,
    components: { schemas: { Root: schema } },
  };
  return new TextEncoder().encode(canonicalJson(normalize(parse(JSON.stringify(document)))));
};
const slowPair = [slow('string'), slow('integer')] as const;
const small = () => bytesOf({ openapi: '3.1.0', info: { title: 'small', version: '1' }, paths: {} });

const hold = (tenant: string) => {
  const stop = new AbortController();
  const copies = [slowPair[0].slice(), slowPair[1].slice()] as const;
  const ended = compareStored(...copies, {}, { tenant, signal: stop.signal, withinMs: 600_000 }).catch(
    (error: unknown) => error,
  );
  return { ended, end: () => stop.abort(new Error('enough')) };
};

describe('threads', () => {
  it('serve a tenant while many others keep them busy', async () => {
    const hogs = Array.from({ length: 20 }, (_, n) => hold(`hog-${n}`));
    const described = await describeBytes(small(), {}, { tenant: 'idle' });
    expect(described.operations).toBe(0);
    let running = hogs.length;
    for (const { ended } of hogs) void ended.then(() => running--);
    expect(await describeBytes(small(), {}, { tenant: 'idle' })).toMatchObject({ operations: 0 });
    expect(running).toBe(20);
    for (const { end } of hogs) end();
    for (const { ended } of hogs) expect(await ended).toEqual(new Error('enough'));
  }, 180_000);

  it('do one job of a tenant at a time, so that it cannot take those of others', async () => {
    const hogs = Array.from({ length: 20 }, () => hold('hog'));
    expect(await describeBytes(small(), {}, { tenant: 'idle' })).toMatchObject({ operations: 0 });
    const late = describeBytes(small(), {}, { tenant: 'hog' });
    expect(await Promise.race([late, describeBytes(small(), {}, { tenant: 'other' }).then(() => 'other')])).toBe(
      'other',
    );
    for (const { end } of hogs) end();
    await Promise.all(hogs.map(({ ended }) => ended));
    expect(await late).toMatchObject({ operations: 0 });
  }, 180_000);

  it('end what takes too long, for good', async () => {
    const taking = compareStored(slowPair[0].slice(), slowPair[1].slice(), {}, { withinMs: 500 });
    await expect(taking).rejects.toThrow(OutOfTimeError);
    await expect(taking).rejects.toMatchObject({
      code: 'OUT_OF_TIME',
      retryable: false,
      message: expect.stringContaining('0.5 s'),
    });
  }, 180_000);

  it('refuse what unfolds too far, with the number', async () => {
    const aliases = `openapi: 3.1.0\ninfo: {}\npaths: {}\nx-a: &a "${'a'.repeat(3_000_000)}"\nx-b: [${'*a, '.repeat(9000)}]\n`;
    const pathItems = {
      ...{ openapi: '3.1.0', info: {}, 'x-item': { get: { description: 'x'.repeat(2_000_000) } } },
      paths: table(2000, () => ({ $ref: '#/x-item' })),
    };
    for (const text of [new TextEncoder().encode(aliases), bytesOf(pathItems)])
      await expect(describeBytes(text)).rejects.toMatchObject({
        code: 'SOURCE_INVALID',
        retryable: false,
        message: 'the description unfolds to more than 134217728 characters',
      });
  }, 180_000);
});
