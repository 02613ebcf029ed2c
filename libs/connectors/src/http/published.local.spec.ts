import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { configProblems, type WriteRow } from '@tidemark/connector-sdk';
import { openForTest } from '@tidemark/connector-sdk/testing';
import { serve } from '../http-json/testing/published.js';
import { connector } from './http.connector.js';
import { writing } from './testing/published.js';

const folder = join(import.meta.dirname, 'examples');
const signal = new AbortController().signal;

interface Example {
  readonly baseUrl: string;
  readonly objects: readonly [{ readonly name: string; readonly upsert?: unknown }];
}

async function start(name: string) {
  const written = writing[name]!();
  const server = await serve((asked) => written.answer(asked));
  const example = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Example;
  const config = { ...example, baseUrl: server.url + new URL(example.baseUrl).pathname.replace(/^\/$/, '') };
  const opened = await openForTest(connector, 'destination', { config });
  let batches = 0;
  const write = (rows: readonly Record<string, string>[], id = `batch-${++batches}`) =>
    opened.destination.write(
      {
        ...{ id, object: config.objects[0].name, key: ['email'], mode: config.objects[0].upsert ? 'upsert' : 'append' },
        rows: rows.map((data): WriteRow => ({ data })),
      },
      signal,
    );
  const dispose = async () => {
    await opened[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  };
  return { config, server, written, write, destination: opened.destination, [Symbol.asyncDispose]: dispose };
}

const row = (n: number, name = `name ${n}`) => ({ email: `r${n}@example.com`, name });
const many = Array.from({ length: 250 }, (_, n) => row(n));

it('every published shape has an example', () =>
  expect(readdirSync(folder).sort()).toEqual(Object.keys(writing).sort().map((name) => `${name}.json`))); // prettier-ignore

describe.each(Object.keys(writing))('the example for %s', (name) => {
  it('is a valid config, and passes the check', async () => {
    await using world = await start(name);
    expect(configProblems(connector.manifest, world.config)).toEqual([]);
    expect(await world.destination.check(signal)).toMatchObject({ ok: true });
  });

  it('writes every row, in as few requests as the API takes', async () => {
    await using world = await start(name);
    const results = await world.write(many);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['created']));
    expect(world.written.rows.size).toBe(250);
    expect(world.server.asked.length).toBe({ hubspot: 3, salesforce: 2, mailchimp: 1, webhook: 250 }[name]);
  });

  it('refuses only rows at fault, with code, message and field', async () => {
    await using world = await start(name);
    const rows = [row(1), { email: 'nonsense', name: 'x' }, row(2), row(3)];
    const results = await world.write(rows);
    expect(results.map(({ status }) => status)).toEqual(['created', 'failed', 'created', 'created']);
    const expected = {
      hubspot: { code: 'VALIDATION_ERROR', message: 'Property values were not valid', field: 'email' },
      salesforce: { code: 'INVALID_EMAIL_ADDRESS', message: 'Email: invalid email address', field: 'Email' },
      mailchimp: { code: 'ERROR_GENERIC', message: 'Please provide a valid email address.', field: 'email_address' },
      webhook: { code: 'ROW_REFUSED', message: expect.stringContaining('422') },
    }[name]!;
    expect(results[1]).toMatchObject({ ...expected, retryable: false });
    expect(world.written.rows.size).toBe(3);
  });

  it('changes nothing when a batch is repeated', async () => {
    await using world = await start(name);
    await world.write([row(1), row(2)], 'same');
    const before = [...world.written.rows];
    const again = await world.write([row(1), row(2)], 'same');
    expect(again.every(({ status }) => status !== 'failed')).toBe(true);
    expect([...world.written.rows]).toEqual(before);
  });

  if (name !== 'webhook')
    it('distinguishes new rows from updated ones, and reports refusals among them', async () => {
      await using world = await start(name);
      await world.write([row(1), row(2)]);
      const results = await world.write([row(3), row(1, 'other'), row(4, 'conflict')]);
      expect(results.map(({ status }) => status)).toEqual(['created', 'updated', 'failed']);
      expect(results[2]).toMatchObject({ code: expect.stringMatching(/^(CONFLICT|UNABLE_TO_LOCK_ROW|ERROR_GENERIC)$/), retryable: name === 'salesforce' }); // prettier-ignore
    });
});
