import { expect } from '@jest/globals';
import { AuthExpired, RateLimited, Retryable, Terminal, type ExternalError } from '@tidemark/resilience';
import { openForTest } from './open-for-test.js';
import { idsOf } from './reader.js';
import { CANARY, shown } from './secrets.js';
import type { SourceSuite } from './source-suite.js';
import type { Fault } from './world.js';

export function faults({ test, start, subject }: SourceSuite): void {
  const codes: Readonly<Record<Exclude<Fault, 'hang'>, RegExp>> = {
    cut: /^SOURCE_(INVALID_RESPONSE|UNREACHABLE)$/,
    invalidJson: /^SOURCE_INVALID_RESPONSE$/,
    unavailable: /^SOURCE_UNREACHABLE$/,
  };
  for (const [fault, code] of Object.entries(codes) as [keyof typeof codes, RegExp][]) {
    test(fault, `reads everything once when one response is broken (${fault})`, async () => {
      const { world, reader } = await start();
      const onPage = (_page: unknown, at: number) => (at === 1 ? world.fault!(fault, 'once') : undefined);
      const { records, errors } = await reader.readOn({}, { onPage });
      expect(idsOf(records)).toEqual([...(await world.ids())].sort());
      for (const error of errors) expect(error.code).toMatch(code);
    });

    test(fault, `fails as retryable when every response is broken (${fault})`, async () => {
      const { world, reader } = await start();
      world.fault!(fault, 'always');
      const error = await reader.failure();
      expect(error).toBeInstanceOf(Retryable);
      expect((error as ExternalError).code).toMatch(code);
    });
  }

  test('hang', 'ends with the reason of an abort while a response hangs', async () => {
    const { world, reader } = await start();
    world.fault!('hang', 'always');
    const stop = new AbortController();
    const reading = reader.failure({ signal: stop.signal });
    await world.hanging!();
    const reason = new Error('stopped by the test');
    stop.abort(reason);
    expect(await reading).toBe(reason);
  });

  test('gatewayTimeout', 'shrinks pages that time out, without skipping or repeating anything', async () => {
    const { world, reader } = await start(230);
    const pageSize = Math.min(200, subject.connector.manifest.source!.pageSize.max);
    world.gatewayTimeoutOver!(Math.min(100, Math.max(1, Math.floor(pageSize / 2))));
    const { records } = await reader.readOn({ pageSize });
    expect(idsOf(records)).toEqual([...(await world.ids())].sort());
  });

  test('rateLimit', 'waits for a short rate limit to end', async () => {
    const { world, reader } = await start();
    const onPage = (_page: unknown, at: number) => (at === 0 ? world.rateLimit!(1, 'once') : undefined);
    const { records } = await reader.readOn({}, { onPage });
    expect(idsOf(records)).toEqual([...(await world.ids())].sort());
  });

  test('rateLimit', 'reports how long it is rate-limited', async () => {
    const { world, reader } = await start();
    world.rateLimit!(3600, 'always');
    const before = Date.now();
    const error = await reader.failure();
    expect(error).toBeInstanceOf(RateLimited);
    expect(error).toMatchObject({ code: 'RATE_LIMITED' });
    expect((error as RateLimited).until).toBeGreaterThanOrEqual(before + 3_590_000);
    expect((error as RateLimited).until).toBeLessThanOrEqual(Date.now() + 3_610_000);
  });

  test('tokenExpiry', 'continues with a new token when the old one expires during a read', async () => {
    const { world, reader } = await start();
    const onPage = (_page: unknown, at: number) => (at === 1 ? world.expireToken!() : undefined);
    const { records } = await reader.read({}, { onPage });
    expect(idsOf(records)).toEqual([...(await world.ids())].sort());
  });

  test(
    'tokenExpiry',
    'reports that the connection must be authorised again when the token cannot be renewed',
    async () => {
      const { world, reader } = await start();
      world.revokeToken!();
      const error = await reader.failure();
      expect(error).toBeInstanceOf(AuthExpired);
      expect(error).toMatchObject({ code: 'SOURCE_AUTH_EXPIRED' });
    },
  );
}

export function refusals({ test, subject, start, secrets }: SourceSuite): void {
  test(null, 'names the objects that exist when another one is requested', async () => {
    const { world } = await start();
    await using opened = await openForTest(subject.connector, 'source', world.connection);
    const pages = opened.source.read({ object: 'nonsense', signal: new AbortController().signal });
    const error = await pages[Symbol.asyncIterator]()
      .next()
      .catch((thrown: unknown) => secrets.keep(thrown));
    expect(error).toBeInstanceOf(Terminal);
    expect(error).toMatchObject({ code: 'SOURCE_NOT_FOUND', message: expect.stringContaining('nonsense') });
  });

  test(null, 'reads nothing when it is already aborted', async () => {
    const { reader } = await start();
    const reason = new Error('stopped by the test');
    expect(await reader.failure({ signal: AbortSignal.abort(reason) })).toBe(reason);
  });
}

export function checks({ test, subject, start, secrets }: SourceSuite): void {
  const signal = new AbortController().signal;

  test(null, 'accepts a valid configuration, and says what it reached', async () => {
    const { world } = await start();
    await using opened = await openForTest(subject.connector, 'source', world.connection);
    const result = secrets.keep(await opened.source.check(signal));
    expect(result).toEqual({ ok: true, message: expect.stringMatching(/\S/) });
  });

  for (const { what, connection, code, field } of subject.wrong)
    test(null, `explains ${what}`, async () => {
      const { world } = await start();
      await using opened = await openForTest(subject.connector, 'source', connection(world));
      const result = secrets.keep(await opened.source.check(signal));
      expect(result).toMatchObject({ ok: false });
      expect(shown(result)).not.toContain(CANARY);
      const problem = { code, message: expect.stringMatching(/\S/), ...(field !== undefined && { field }) };
      expect(result.ok ? [] : result.problems).toContainEqual(expect.objectContaining(problem));
    });
}
