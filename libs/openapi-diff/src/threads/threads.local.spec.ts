import { describe, expect, it } from '@jest/globals';
import { canonicalJson, compare, normalize, operations, parse, ParseError, selectChanges } from '../index.js';
import { largeApi } from '../testing/large.js';
import { compareStored, describeBytes, operationsStored, OutOfMemoryError, selectStored } from './index.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const texts = [1, 2].map((edition) => JSON.stringify(largeApi(1_000_000, edition)));
const canonical = texts.map((text) => canonicalJson(normalize(parse(text))));
/** Anew for every call: large arrays are handed over. */
const raw = () => bytesOf(texts[0]!);
const stored = () => canonical.map(bytesOf) as [Uint8Array, Uint8Array];

/** How often the event loop turns until the work is done. */
const turnsDuring = async (work: Promise<unknown>): Promise<number> => {
  let turns = 0;
  let done = false;
  const ended = work.finally(() => (done = true));
  while (!done) {
    await new Promise(setImmediate);
    turns++;
  }
  await ended;
  return turns;
};

describe('large descriptions', () => {
  it('are compared as small ones are, while the process goes on with other things', async () => {
    const comparing = compareStored(...stored());
    expect(await turnsDuring(comparing)).toBeGreaterThan(100);
    const [before, after] = texts.map((text) => normalize(parse(text)));
    const changes = await comparing;
    expect(changes).toEqual(compare(before!, after!).changes);
    expect(changes.length).toBeGreaterThan(300);
  });

  it('are read as small ones are, while the process goes on with other things', async () => {
    const reading = describeBytes(raw());
    expect(await turnsDuring(reading)).toBeGreaterThan(100);
    const { canonical: bytes, ...rest } = await reading;
    expect(rest).toEqual({
      format: 'json',
      versionText: '3.1.0',
      info: { title: 'things', version: '1.0.0' },
      operations: Object.keys(largeApi(1_000_000, 1)['paths'] as object).length * 2,
    });
    expect(Buffer.from(bytes).toString()).toBe(canonical[0]);
  });

  it('give a page of their operations, while the process goes on with other things', async () => {
    const [canonicalBytes] = stored();
    const paging = operationsStored(canonicalBytes, 100, 3);
    expect(await turnsDuring(paging)).toBeGreaterThan(100);
    const all = operations(normalize(parse(texts[0]!)));
    const data = all.slice(100, 103).map((one) => ({ ...one, method: one.method.toUpperCase() }));
    expect(JSON.parse(Buffer.from(await paging).toString())).toEqual({ data, total: all.length });
  });

  it('that need too much memory fail alone, and for good', async () => {
    const huge = [1, 2, 3].map((edition) => bytesOf(JSON.stringify(largeApi(5_000_000, edition))));
    await expect(compareStored(huge[0]!, huge[1]!, {}, { maxHeap: 16 })).rejects.toMatchObject({
      code: 'OUT_OF_MEMORY',
      retryable: false,
    });
    await expect(describeBytes(huge[2]!, {}, { maxHeap: 16 })).rejects.toThrow(OutOfMemoryError);
    expect((await compareStored(...stored())).length).toBeGreaterThan(300);
  });

  it('that are none are refused with line and column', async () => {
    const broken = bytesOf(`${JSON.stringify(largeApi(600_000, 1), null, 1).slice(0, -1)}!`);
    const error = await describeBytes(broken, { source: 'api.json' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ParseError);
    expect((error as ParseError).message).toMatch(/^api\.json:\d{4,}:1: not valid JSON: unexpected "!"/);
  });

  it('are dropped as soon as they are aborted, running or queued', async () => {
    const reasons = [new Error('first'), new Error('second')];
    const [atWork, inLine] = [new AbortController(), new AbortController()];
    const first = compareStored(...stored(), {}, { signal: atWork.signal });
    const second = compareStored(...stored(), {}, { signal: inLine.signal });
    const third = compareStored(...stored());
    inLine.abort(reasons[1]);
    await expect(second).rejects.toBe(reasons[1]);
    atWork.abort(reasons[0]);
    await expect(first).rejects.toBe(reasons[0]);
    expect((await third).length).toBeGreaterThan(300);
    await expect(compareStored(...stored(), {}, { signal: atWork.signal })).rejects.toBe(reasons[0]);
  });
});

describe('changes as JSON', () => {
  const changes = Array.from({ length: 4000 }, (_, n) => ({
    ...{ changeId: `${n}`, rule: `rule-${n % 7}`, severity: 'safe', pointer: { before: `/paths/${n}` } },
    ...{ operations: [`GET /things/${n}`], message: 'x'.repeat(100) },
  }));
  const selection = { filter: { ignored: false }, ignore: [{ rule: 'rule-1' }], now: new Date(0), from: 5, count: 5 };

  it('are selected from in a thread when they are many, with the same answer', async () => {
    const selecting = selectStored(bytesOf(JSON.stringify(changes)), selection);
    expect(await turnsDuring(selecting)).toBeGreaterThan(20);
    expect(await selecting).toEqual(selectChanges(changes, selection));
  });

  it('are selected from when they are few', async () => {
    const few = changes.slice(0, 20);
    expect(await selectStored(bytesOf(JSON.stringify(few)), selection)).toEqual(selectChanges(few, selection));
  });
});

describe('small descriptions', () => {
  it('are handled with the same answers', async () => {
    const [before, after] = [1, 2].map((edition) => JSON.stringify(largeApi(5000, edition)));
    const described = await describeBytes(bytesOf(before!));
    const { changes } = compare(parse(before!), parse(after!));
    const other = await describeBytes(bytesOf(after!));
    const rules = (list: typeof changes) => list.map(({ id }) => id).sort();
    expect(rules(await compareStored(described.canonical, other.canonical))).toEqual(rules(changes));
    expect(described.operations).toBe(8);
    await expect(describeBytes(bytesOf('{'))).rejects.toThrow(ParseError);
  });
});
