import { afterEach, describe, expect, it } from '@jest/globals';
import { Terminal } from '@tidemark/resilience';
import type { ObjectManifest } from '../manifest/manifest.js';
import type { SourceRecord } from '../source.js';
import { idsOf, Reader, stored } from './reader.js';
import { CANARY, watchForSecrets } from './secrets.js';
import { fetchesById } from './source-fetch.js';
import { checks, faults, refusals } from './source-failures.js';
import type { SourceSuite } from './source-suite.js';
import type { SourceSubject, SourceWorld } from './world.js';

/** Objects in the small world of most tests: several pages, the last one not full. */
const OBJECTS = 17;
const MAX_CURSOR_BYTES = 4096;

/** Tests the contract of `Source` on a connector and its world. */
export function sourceConformance(name: string, subject: SourceSubject): void {
  describe(`${name}, as a source`, () => {
    const worlds: SourceWorld[] = [];
    const secrets = watchForSecrets();
    afterEach(async () => {
      for (const world of worlds.splice(0)) await world.close();
    });
    const suite: SourceSuite = {
      ...{ subject, secrets, object: objectOf(subject) },
      start: async (objects = OBJECTS) => {
        const world = await subject.start(objects);
        worlds.push(world);
        return { world, reader: new Reader(subject, world, secrets.keep) };
      },
      test: (needs, title, run) => {
        const reason = needs && subject.without?.[needs];
        if (reason) it.skip(`${title} (${reason})`, () => {});
        else it(title, run);
      },
    };
    reads(suite);
    resumes(suite);
    if (suite.object.incremental) readsWhatChanged(suite);
    fetchesById(suite);
    faults(suite);
    refusals(suite);
    checks(suite);
    secrets.expectNone();
  });
}

function objectOf({ connector, object }: SourceSubject): ObjectManifest {
  const objects = connector.manifest.source?.objects;
  if (typeof object !== 'string') return object;
  const found = objects === 'configured' ? undefined : objects?.find((known) => known.name === object);
  if (!found) throw new Error(`${connector.manifest.name} has no object ${object} in its manifest`);
  return found;
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

function reads({ test, start, object }: SourceSuite): void {
  test(null, 'reads every object once, in pages of the requested size, and marks the last one', async () => {
    const { world, reader } = await start();
    const { pages, records } = await reader.read();
    expect(idsOf(records)).toEqual([...(await world.ids())].sort());
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.map(({ hasMore }) => hasMore)).toEqual(pages.map((_page, at) => at < pages.length - 1));
    expect(Math.max(...pages.map((page) => page.records.length))).toBeLessThanOrEqual(5);
    for (const record of records) {
      expect(record).toMatchObject({ objectType: object.name, data: expect.any(Object) });
      expect(record.deleted ?? false).toBe(false);
      if (record.updatedAt !== undefined) expect(record.updatedAt).toMatch(isoTime);
    }
  });

  test(null, 'reads nothing from an empty system, and leaves a cursor', async () => {
    const { reader } = await start(0);
    const { records, pages } = await reader.read();
    expect(records).toEqual([]);
    expect(pages.at(-1)).toMatchObject({ hasMore: false, cursor: expect.any(Object) });
  });

  test('missingId', 'reports an object without an id as a problem, and continues', async () => {
    const { world, reader } = await start();
    await world.addWithoutId!();
    const { records, pages } = await reader.read();
    expect(idsOf(records)).toEqual([...(await world.ids())].sort());
    const problems = pages.flatMap((page) => page.problems);
    expect(problems).toEqual([expect.objectContaining({ objectType: object.name, code: 'OBJECT_MISSING_ID' })]);
    expect(problems[0]!.message).not.toBe('');
  });
}

function resumes({ test, start }: SourceSuite): void {
  test(null, 'returns everything once when killed after every page', async () => {
    const { world, reader } = await start();
    const { records } = await reader.readInPieces();
    expect(idsOf(records)).toEqual([...(await world.ids())].sort());
  });

  test(null, 'returns the same records after every cursor of a read', async () => {
    const { reader } = await start();
    const whole = await reader.read();
    let given = 0;
    for (const page of whole.pages) {
      given += page.records.length;
      if (!page.hasMore) break;
      const rest = await reader.read({ cursor: stored(page.cursor) });
      expect(idsOf(rest.records)).toEqual(idsOf(whole.records.slice(given)));
    }
  });

  test(null, 'keeps cursors small and free of secrets', async () => {
    const { reader } = await start();
    for (const { cursor } of (await reader.read()).pages) {
      expect(stored(cursor)).toEqual(cursor);
      expect(Buffer.byteLength(JSON.stringify(cursor))).toBeLessThanOrEqual(MAX_CURSOR_BYTES);
      expect(JSON.stringify(cursor)).not.toContain(CANARY);
    }
  });

  test(null, 'refuses a cursor that is not its own, so that reading restarts from the beginning', async () => {
    const { reader } = await start();
    const error = await reader.failure({ cursor: { somebody: 'else' } });
    expect(error).toBeInstanceOf(Terminal);
    expect(error).toMatchObject({ code: 'SOURCE_CURSOR_EXPIRED' });
  });
}

function readsWhatChanged(suite: SourceSuite): void {
  const { test, start, object } = suite;
  /** Records that may be repeated: those within the look-back of the newest one. */
  const repeatable = (records: readonly SourceRecord[]): Set<string> => {
    const times = records.map(({ updatedAt }) => (updatedAt === undefined ? NaN : Date.parse(updatedAt)));
    const from = Math.max(...times.filter(Number.isFinite)) - (object.lookBackMs ?? 0);
    return new Set(records.filter((_record, at) => times[at]! >= from).map(({ externalId }) => externalId));
  };

  test(null, 'returns after a complete read only later changes, beyond the look-back', async () => {
    const { world, reader } = await start();
    const first = await reader.read();
    const again = repeatable(first.records);
    const changed = [first.records[2]!.externalId, ...(await world.add(7))];
    await world.change(changed[0]!);
    const second = await reader.readInPieces({ cursor: first.cursor });
    expect(idsOf(second.records).filter((id) => changed.includes(id) || !again.has(id))).toEqual([...changed].sort());
    const third = await reader.read({ cursor: second.cursor });
    const allowed = new Set([...again, ...repeatable(second.records), ...changed]);
    expect(idsOf(third.records).filter((id) => !allowed.has(id))).toEqual([]);
  });

  test(null, 'loses no change made while it reads', async () => {
    const { world, reader } = await start();
    const before = await world.ids();
    const changed: string[] = [];
    const first = await reader.read(
      {},
      {
        onPage: async (page, at) => {
          if (at !== 1) return;
          await world.change(page.records[0]!.externalId);
          changed.push(page.records[0]!.externalId, ...(await world.add(3)));
        },
      },
    );
    const second = await reader.read({ cursor: first.cursor });
    expect(idsOf(first.records)).toEqual(expect.arrayContaining([...before]));
    // Its latest state must be seen in this read or in the next one.
    const later = new Set(
      [...first.pages.slice(2).flatMap((page) => page.records), ...second.records].map(({ externalId }) => externalId),
    );
    expect(changed.filter((id) => !later.has(id))).toEqual([]);
  });

  test('since', 'reads from a point in time, less the look-back', async () => {
    const { reader } = await start();
    const { records } = await reader.read();
    const times = records.map(({ updatedAt }) => updatedAt!).sort();
    const since = times[Math.floor(times.length / 2)]!;
    const some = await reader.read({ since });
    const earliest = Date.parse(since) - (object.lookBackMs ?? 0);
    const wanted = records.filter(({ updatedAt }) => Date.parse(updatedAt!) >= Date.parse(since));
    expect(idsOf(some.records)).toEqual(expect.arrayContaining(idsOf(wanted)));
    expect(some.records.filter(({ updatedAt }) => Date.parse(updatedAt!) < earliest)).toEqual([]);
    expect(wanted.length).toBeLessThan(records.length);
  });

  if (suite.subject.connector.manifest.source?.modes.includes('backfill'))
    test('since', 'reads a past window, also in chunks', async () => {
      const { reader } = await start();
      const { records } = await reader.read();
      const times = records.map(({ updatedAt }) => updatedAt!).sort();
      const window = { from: times[3]!, to: times[13]! };
      const wanted = records.filter(({ updatedAt }) => updatedAt! >= window.from && updatedAt! < window.to);
      expect(idsOf((await reader.readInPieces({ window })).records)).toEqual(idsOf(wanted));
    });

  if (object.deletions)
    test(null, 'reports deletions', async () => {
      const { world, reader } = await start();
      const first = await reader.read();
      const gone = first.records[4]!.externalId;
      await world.remove!(gone);
      const second = await reader.read({ cursor: first.cursor });
      expect(second.records.filter(({ deleted }) => deleted).map(({ externalId }) => externalId)).toEqual([gone]);
      expect(await world.ids()).not.toContain(gone);
    });
}
