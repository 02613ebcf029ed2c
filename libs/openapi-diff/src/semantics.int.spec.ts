import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compare, parse, type Change, type JsonObject, type Severity } from './index.js';
import { operationKey, operationsOf, SEVERITIES } from './change.js';
import { DATA } from './testing/pairs.js';

const suite = DATA === undefined ? describe.skip : describe;

/** Two small descriptions with the judgement that a caller of the API needs. */
interface Case {
  name: string;
  before: JsonObject;
  after: JsonObject;
  beforeText?: string;
  afterText?: string;
  expect: {
    worst: string | string[];
    breaking?: number | [number, number];
    operations?: string[];
    mustNot?: string[];
  };
}

const cases = (): Case[] => JSON.parse(readFileSync(join(DATA as string, 'semantics', 'cases.json'), 'utf8')) as Case[];

const changesOf = ({ before, after, beforeText, afterText }: Case): readonly Change[] | 'error' => {
  try {
    return compare(parse(beforeText ?? JSON.stringify(before)), parse(afterText ?? JSON.stringify(after))).changes;
  } catch {
    return 'error';
  }
};

/** What is wrong with the judgement of a case; nothing when it is right. */
const faults = (item: Case): string[] => {
  const { worst, breaking, operations = [], mustNot = [] } = item.expect;
  const allowed = [worst].flat();
  const changes = changesOf(item);
  if (changes === 'error') return allowed.includes('error') ? [] : ['refused'];
  const found: Severity | 'none' =
    SEVERITIES.find((severity) => changes.some((change) => change.severity === severity)) ?? 'none';
  const count = changes.filter(({ severity }) => severity === 'breaking').length;
  const [least, most] = typeof breaking === 'number' ? [breaking, breaking] : (breaking ?? [0, Infinity]);
  const isOptional = allowed.includes('breaking') && allowed.length > 1;
  const named = new Set(changes.flatMap(operationsOf).map(operationKey));
  const wanted = operations.map((operation) => {
    const [method = '', path = ''] = operation.split(' ');
    return operationKey({ method: method.toLowerCase(), path });
  });
  return [
    ...(allowed.includes(found) ? [] : [`worst is ${found}`]),
    ...(count > most || (count < least && !isOptional) ? [`${count} breaking`] : []),
    ...wanted.filter((operation) => !named.has(operation)).map((operation) => `${operation} is not named`),
    ...mustNot.filter((text) => changes.some(({ message }) => message.includes(text))).map((text) => `says ${text}`),
  ];
};

suite('the judged pairs', () => {
  it('are all judged as their callers need it', () => {
    const wrong = cases().map((item) => [item.name, ...faults(item)]);
    expect(wrong.filter(({ length }) => length > 1)).toEqual([]);
  }, 60_000);
});
