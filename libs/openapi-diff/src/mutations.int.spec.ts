import { describe, expect, it } from '@jest/globals';
import { compare, parse, type Severity } from './index.js';
import { operationKey, operationsOf, SEVERITIES, type Change } from './change.js';
import { asArray, asObject, isObject, type Json, type JsonObject } from './json.js';
import { METHODS } from './normalize/kinds.js';
import { DATA, readPair } from './testing/pairs.js';
import { mutationsOf, operationMutationsOf } from './testing/oracle/mutations.js';
import { Random } from './testing/oracle/random.js';
import { Reachability } from './testing/oracle/reach.js';

const suite = DATA === undefined ? describe.skip : describe;

/** Every schema in the components, by its pointer as a list of keys. */
const schemasIn = (document: JsonObject): string[][] => {
  const found: string[][] = [];
  const visit = (node: Json | undefined, path: string[]): void => {
    if (!isObject(node) || node['$ref'] !== undefined) return;
    found.push(path);
    for (const [name, value] of Object.entries(asObject(node['properties'])))
      visit(value, [...path, 'properties', name]);
    for (const name of ['items', 'additionalProperties']) if (isObject(node[name])) visit(node[name], [...path, name]);
    for (const name of ['allOf', 'anyOf', 'oneOf'])
      for (const [index, member] of asArray(node[name]).entries()) visit(member, [...path, name, `${index}`]);
  };
  const [holder, root] =
    document['swagger'] === undefined
      ? [asObject(asObject(document['components'])['schemas']), ['components', 'schemas']]
      : [asObject(document['definitions']), ['definitions']];
  for (const [name, schema] of Object.entries(holder)) visit(schema, [...root, name]);
  return found;
};

const at = (document: JsonObject, path: readonly string[]): JsonObject =>
  path.reduce<JsonObject>((node, key) => (node as Record<string, JsonObject>)[key] as JsonObject, document);

/** The document with a copy of the nodes along a path, changed at its end. */
const changedAt = (
  node: JsonObject,
  [key, ...rest]: readonly string[],
  change: (n: JsonObject) => void,
): JsonObject => {
  const copy = (Array.isArray(node) ? [...(node as Json[])] : { ...node }) as JsonObject;
  if (key === undefined) change(copy);
  else copy[key] = changedAt(copy[key] as JsonObject, rest, change);
  return copy;
};

/** Every operation, by its pointer as a list of keys. */
const operationsIn = (document: JsonObject): string[][] =>
  Object.entries(asObject(document['paths'])).flatMap(([path, item]) =>
    Object.keys(asObject(item))
      .filter((method) => METHODS.has(method))
      .map((method) => ['paths', path, method]),
  );

const worse = (a: Severity | undefined, b: Severity): Severity =>
  a !== undefined && SEVERITIES.indexOf(a) <= SEVERITIES.indexOf(b) ? a : b;

/** The worst severity by operation. */
const byOperation = (changes: readonly Change[]): Record<string, Severity> => {
  const worst: Record<string, Severity> = {};
  for (const change of changes)
    for (const operation of operationsOf(change).map(operationKey))
      worst[operation] = worse(worst[operation], change.severity);
  return worst;
};

/** One changed place of a description, and the severity that each operation's callers should see. */
interface Trial {
  readonly name: string;
  readonly path: readonly string[];
  readonly after: JsonObject;
  readonly expected: Record<string, Severity>;
}

const schemaTrial = (document: JsonObject, path: readonly string[], reach: Reachability, random: Random) => {
  const mutations = mutationsOf(at(document, path));
  if (mutations.length === 0) return undefined;
  const mutation = random.pick(mutations);
  const expected: Record<string, Severity> = {};
  const { sent, read } = reach.of(at(document, path));
  for (const operation of sent) expected[operation] = mutation.sent;
  for (const operation of read) expected[operation] = worse(expected[operation], mutation.read);
  const after = changedAt(document, path, (schema) => mutation.apply(schema, random));
  return { name: mutation.name, path, after, expected };
};

const operationTrial = (document: JsonObject, path: readonly string[], random: Random): Trial | undefined => {
  const mutations = operationMutationsOf(at(document, path));
  if (mutations.length === 0) return undefined;
  const { name, apply, severity } = random.pick(mutations);
  const [, url = '', method = ''] = path;
  const after = changedAt(document, path, (operation) => apply(operation, random));
  return { name, path, after, expected: { [`${method} ${url}`]: severity } };
};

/** Trials of a document: three of four change a schema. */
const trials = function* (document: JsonObject, random: Random): Generator<Trial> {
  const reach = new Reachability(document);
  const schemas = schemasIn(document).filter((path) => {
    const { sent, read, other } = reach.of(at(document, path));
    return other.size === 0 && sent.size + read.size > 0;
  });
  const operations = operationsIn(document);
  for (;;) {
    const trial = random.chance(0.75)
      ? schemaTrial(document, random.pick(schemas), reach, random)
      : operationTrial(document, random.pick(operations), random);
    if (trial) yield trial;
  }
};

const DOCUMENTS = ['box', 'figma', 'netlify-v2', 'spotify', 'twilio-api'];
const EACH = 200;

suite('one change of known effect in a real document', () => {
  it('is reported with its severity and its operations, and nothing else', () => {
    const wrong: unknown[] = [];
    for (const name of DOCUMENTS) {
      const { document } = parse(readPair(name, 'old'));
      const before = parse(JSON.stringify(document));
      let tried = 0;
      for (const { name: mutation, path, after, expected } of trials(document, new Random(name.length * 101))) {
        if (tried++ === EACH) break;
        const found = byOperation(compare(before, parse(JSON.stringify(after))).changes);
        const differing = [...new Set([...Object.keys(expected), ...Object.keys(found)])].filter(
          (operation) => expected[operation] !== found[operation],
        );
        if (differing.length === 0) continue;
        const said = differing.map(
          (each) => `${each}: ${found[each] ?? 'nothing'}, not ${expected[each] ?? 'nothing'}`,
        );
        wrong.push([name, mutation, path.join('/'), ...said.slice(0, 3)]);
      }
    }
    expect({ wrong: wrong.length <= 10 ? [] : wrong }).toEqual({ wrong: [] });
  }, 900_000);
});
