import { expect } from '@jest/globals';
import { openForTest } from './open-for-test.js';
import type { SourceSuite } from './source-suite.js';

const NONE_OF_THEM = 'no-such-object#0';

/** Objects by id are what a read returns of them. */
export function fetchesById({ test, start, subject, object, secrets }: SourceSuite): void {
  const { fetchId } = subject;
  if (!fetchId) return;

  const fetched = async (connection: Parameters<typeof openForTest>[2], ids: readonly string[], signal = never()) => {
    await using opened = await openForTest(subject.connector, 'source', connection);
    return secrets.keep(await opened.source.fetch!({ object: object.name, ids, signal }));
  };

  test(null, 'fetches exactly the objects asked for, as a read returns them', async () => {
    const { world, reader } = await start();
    const { records } = await reader.read();
    const wanted = [records[0]!, records.at(-1)!, records[3]!];
    const found = await fetched(world.connection, wanted.map(fetchId));
    expect(found.problems).toEqual([]);
    const byId = (all: typeof wanted) => Object.fromEntries(all.map((one) => [one.externalId, one]));
    expect(byId([...found.records])).toEqual(byId(wanted));
  });

  test(null, 'fetches the others when some are not there', async () => {
    const { world, reader } = await start();
    const [first] = (await reader.read()).records;
    const { records } = await fetched(world.connection, [NONE_OF_THEM, fetchId(first!)]);
    expect(records.filter(({ deleted }) => !deleted)).toEqual([first]);
    for (const { externalId } of records.filter(({ deleted }) => deleted)) expect(externalId).toBe(NONE_OF_THEM);
    expect((await fetched(world.connection, [])).records).toEqual([]);
  });

  test(null, 'ends a fetch with the reason of an abort', async () => {
    const { world, reader } = await start();
    const ids = (await reader.read()).records.map(fetchId);
    const reason = new Error('stopped');
    await expect(fetched(world.connection, ids, AbortSignal.abort(reason))).rejects.toBe(reason);
  });
}

const never = () => new AbortController().signal;
