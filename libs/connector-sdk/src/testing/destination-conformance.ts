import { afterEach, describe, expect, it } from '@jest/globals';
import { Retryable } from '@tidemark/resilience';
import type { Destination, RowResult, WriteBatch, WriteRow } from '../destination.js';
import type { WriteMode } from '../manifest/manifest.js';
import type { JsonObject } from '../source.js';
import { openForTest } from './open-for-test.js';
import { CANARY, shown, watchForSecrets, type SecretsWatch } from './secrets.js';
import type { DestinationSubject, DestinationWorld } from './world.js';

interface Suite {
  readonly subject: DestinationSubject;
  readonly secrets: SecretsWatch;
  start(): Promise<Writer>;
}

/** Tests the contract of `Destination` on a connector and its world. */
export function destinationConformance(name: string, subject: DestinationSubject): void {
  describe(`${name}, as a destination`, () => {
    const worlds: DestinationWorld[] = [];
    const secrets = watchForSecrets();
    afterEach(async () => {
      for (const world of worlds.splice(0)) await world.close();
    });
    const start = async () => {
      const world = await subject.start();
      worlds.push(world);
      return new Writer(subject, world, secrets);
    };
    const suite = { subject, secrets, start };
    const modes = subject.modes ?? subject.connector.manifest.destination!.modes;
    for (const mode of modes) everyMode(suite, mode);
    for (const mode of modes) byMode[mode](suite);
    if (subject.refused) refusedRows(suite, modes[0]!, subject.refused);
    failures(suite, modes[0]!);
    checks(suite);
    secrets.expectNone();
  });
}

export const row = (id: number, more: JsonObject = {}): WriteRow => ({
  data: { id: `r${id}`, name: `row ${id}`, amount: id, ...more },
});
const gone = (id: number): WriteRow => ({ action: 'delete', data: { id: `r${id}` } });
const statuses = (results: readonly RowResult[]) => results.map(({ status }) => status);

/** Writes into one world, with a fresh destination per batch as if in separate processes. */
class Writer {
  #batches = 0;
  readonly #subject: DestinationSubject;
  readonly #secrets: SecretsWatch;

  constructor(
    subject: DestinationSubject,
    readonly world: DestinationWorld,
    secrets: SecretsWatch,
  ) {
    this.#subject = subject;
    this.#secrets = secrets;
  }

  batch(mode: WriteMode, rows: readonly WriteRow[]): WriteBatch {
    return { id: `batch-${++this.#batches}`, mode, object: this.world.object, key: ['id'], rows };
  }

  async write(batch: WriteBatch, signal = new AbortController().signal): Promise<readonly RowResult[]> {
    return this.using(async (destination) => this.#secrets.keep(await destination.write(batch, signal)));
  }

  async using<T>(work: (destination: Destination) => Promise<T>): Promise<T> {
    await using opened = await openForTest(this.#subject.connector, 'destination', this.world.connection);
    try {
      return await work(opened.destination);
    } catch (error) {
      throw this.#secrets.keep(error);
    }
  }

  /** The stored rows: `id name amount`, sorted. */
  async rows(): Promise<string[]> {
    return (await this.world.rows())
      .map(({ id, name, amount }) => `${String(id)} ${String(name)} ${String(amount)}`)
      .sort();
  }
}

const lines = (...ids: number[]) => ids.map((id) => `r${id} row ${id} ${id}`).sort();

function everyMode({ start }: Suite, mode: WriteMode): void {
  it(`${mode}: returns nothing for an empty batch`, async () => {
    const writer = await start();
    expect(await writer.write(writer.batch(mode, []))).toEqual([]);
  });

  it(`${mode}: changes nothing when a batch is repeated, and returns the same`, async () => {
    const writer = await start();
    const batch = writer.batch(mode, [row(1), row(2), row(3)]);
    const first = await writer.write(batch);
    const there = await writer.rows();
    const second = await writer.write(structuredClone(batch));
    expect(await writer.rows()).toEqual(there);
    expect(second).toHaveLength(3);
    const failed = (results: readonly RowResult[]) => results.map(({ status }) => status === 'failed');
    expect(failed(second)).toEqual(failed(first));
  });

  it(`${mode}: writes nothing when it is already aborted`, async () => {
    const writer = await start();
    const reason = new Error('stopped by the test');
    await expect(writer.write(writer.batch(mode, [row(1)]), AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(await writer.rows()).toEqual([]);
  });
}

const upserts =
  (mode: WriteMode) =>
  ({ start, subject }: Suite) => {
    it(`${mode}: inserts new rows, updates existing ones, and returns results in batch order`, async () => {
      const writer = await start();
      expect(statuses(await writer.write(writer.batch(mode, [row(1), row(2)])))).toEqual(['created', 'created']);
      const second = await writer.write(writer.batch(mode, [row(3), row(1, { name: 'new' }), row(4)]));
      expect(statuses(second)).toEqual(['created', 'updated', 'created']);
      expect(await writer.rows()).toEqual(['r1 new 1', ...lines(2, 3, 4)]);
    });

    it(`${mode}: keeps the last of several rows with the same key`, async () => {
      const writer = await start();
      const results = await writer.write(writer.batch(mode, [row(1), row(2), row(1, { name: 'last' })]));
      expect(results).toHaveLength(3);
      expect(await writer.rows()).toEqual(['r1 last 1', ...lines(2)]);
    });

    it(`${mode}: writes several batches at once`, async () => {
      const writer = await start();
      const { concurrency } = subject.connector.manifest.destination!;
      const batches = Array.from({ length: concurrency }, (_, n) => writer.batch(mode, [row(2 * n), row(2 * n + 1)]));
      const signal = new AbortController().signal;
      const results = await writer.using((destination) =>
        Promise.all(batches.map((batch) => destination.write(batch, signal))),
      );
      expect(new Set(statuses(results.flat()))).toEqual(new Set(['created']));
      expect(await writer.rows()).toEqual(lines(...Array.from({ length: 2 * concurrency }, (_, n) => n)));
    });
  };

const byMode: Readonly<Record<WriteMode, (suite: Suite) => void>> = {
  append: ({ start }) => {
    it('append: adds every row of every batch, in batch order', async () => {
      const writer = await start();
      expect(statuses(await writer.write(writer.batch('append', [row(1), row(2)])))).toEqual(['created', 'created']);
      expect(statuses(await writer.write(writer.batch('append', [row(3)])))).toEqual(['created']);
      expect(await writer.rows()).toEqual(lines(1, 2, 3));
    });
  },
  upsert: upserts('upsert'),
  update: ({ start, subject }) => {
    it('update: changes existing rows, and adds none', async () => {
      const writer = await start();
      const filling = subject.connector.manifest.destination!.modes.includes('upsert') ? 'upsert' : 'append';
      await writer.write(writer.batch(filling, [row(1), row(2)]));
      const results = await writer.write(writer.batch('update', [row(2, { name: 'new' }), row(3)]));
      expect(statuses(results)).toEqual(['updated', 'skipped']);
      expect(await writer.rows()).toEqual([...lines(1), 'r2 new 2']);
    });
  },
  mirror: (suite) => {
    upserts('mirror')(suite);
    it('mirror: deletes rows, and skips those already gone', async () => {
      const writer = await suite.start();
      await writer.write(writer.batch('mirror', [row(1), row(2), row(3)]));
      const results = await writer.write(writer.batch('mirror', [gone(2), row(4), gone(9)]));
      expect(statuses(results)).toEqual(['deleted', 'created', 'skipped']);
      expect(await writer.rows()).toEqual(lines(1, 3, 4));
    });
  },
};

function refusedRows(
  { start }: Suite,
  mode: WriteMode,
  { row: data, field }: NonNullable<DestinationSubject['refused']>,
): void {
  it('writes all rows except refused ones, and reports the problem of each', async () => {
    const writer = await start();
    const rows = [row(1), { data }, row(2), { data: { ...data, id: 'other' } }, row(3)];
    const results = await writer.write(writer.batch(mode, rows));
    expect(statuses(results).map((status) => status === 'failed')).toEqual([false, true, false, true, false]);
    for (const failed of [results[1], results[3]]) {
      expect(failed).toMatchObject({ code: expect.stringMatching(/^[A-Z][A-Z0-9_]+$/), retryable: false });
      expect(failed).toMatchObject({ message: expect.stringMatching(/\S/), ...(field !== undefined && { field }) });
    }
    expect(await writer.rows()).toEqual(lines(1, 2, 3));
  });
}

function failures({ start }: Suite, mode: WriteMode): void {
  it('fails as retryable while the destination is unreachable', async () => {
    const writer = await start();
    await writer.write(writer.batch(mode, [row(1)]));
    await writer.world.stop();
    const error = await writer.write(writer.batch(mode, [row(2)])).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Retryable);
    expect(error).toMatchObject({ code: 'DESTINATION_UNREACHABLE' });
  });
}

function checks({ start, subject, secrets }: Suite): void {
  const signal = new AbortController().signal;

  it('accepts a valid configuration, and says what it reached', async () => {
    const writer = await start();
    const result = secrets.keep(await writer.using((destination) => destination.check(signal)));
    expect(result).toEqual({ ok: true, message: expect.stringMatching(/\S/) });
  });

  for (const { what, connection, code, field } of subject.wrong)
    it(`explains ${what}`, async () => {
      const { world } = await start();
      await using opened = await openForTest(subject.connector, 'destination', connection(world));
      const result = secrets.keep(await opened.destination.check(signal));
      expect(result).toMatchObject({ ok: false });
      expect(shown(result)).not.toContain(CANARY);
      const problem = { code, message: expect.stringMatching(/\S/), ...(field !== undefined && { field }) };
      expect(result.ok ? [] : result.problems).toContainEqual(expect.objectContaining(problem));
    });
}
