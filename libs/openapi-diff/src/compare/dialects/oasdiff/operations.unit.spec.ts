import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../index.js';
import { description, oasdiffReport, operation } from '../../../testing/small.js';

const LEVEL = 'x-stability-level';
const paths = (...items: JsonObject[]): JsonObject =>
  description(Object.fromEntries(items.map((item, index) => [`/${index}`, item])));
const other = { put: operation() };

describe('removed operations as oasdiff sees them', () => {
  it.each<[string, JsonObject, JsonObject, object, string[]]>([
    [
      'with a level that is none',
      { get: operation({ [LEVEL]: 'gold' }), ...other },
      other,
      {},
      ['ERR api-invalid-stability-level GET /0'],
    ],
    [
      'with an empty level',
      { get: operation({ [LEVEL]: '' }), ...other },
      other,
      {},
      ['ERR api-invalid-stability-level GET /0'],
    ],
    [
      'in alpha, where that is covered',
      { get: operation({ [LEVEL]: 'alpha' }), ...other },
      other,
      { stabilityLevel: 'alpha' },
      ['ERR api-removed-without-deprecation GET /0'],
    ],
  ])('are reported %s', (_, before, after, options, lines) => {
    expect(oasdiffReport(paths(before), paths(after), options)).toEqual(lines);
  });

  it.each<[string, JsonObject, object, string[]]>([
    [
      'with a level that is none',
      { get: operation({ [LEVEL]: 'gold' }), ...other },
      {},
      ['ERR api-invalid-stability-level GET /1', 'ERR api-path-removed-without-deprecation PUT /1'],
    ],
    ['in alpha, even where that is covered', { get: operation({ [LEVEL]: 'alpha' }) }, { stabilityLevel: 'alpha' }, []],
    ['in beta, where that is not covered', { get: operation({ [LEVEL]: 'beta' }) }, { stabilityLevel: 'stable' }, []],
    [
      'in beta, where that is not covered but its neighbour is',
      { get: operation({ [LEVEL]: 'beta' }), ...other },
      { stabilityLevel: 'stable' },
      ['ERR api-path-removed-without-deprecation GET /1', 'ERR api-path-removed-without-deprecation PUT /1'],
    ],
  ])('are reported with their path %s', (_, item, options, lines) => {
    expect(oasdiffReport(paths(other, item), paths(other), options)).toEqual(lines);
  });
});

describe('a level that is none', () => {
  const body = (schema: JsonObject): JsonObject =>
    paths({ post: operation({ requestBody: { content: { 'application/json': { schema } } } }) });
  const query = (schema: JsonObject): JsonObject =>
    paths({ get: operation({ parameters: [{ name: 'q', in: 'query', schema }] }) });
  const inside = (fields: JsonObject): JsonObject => ({
    type: 'object',
    properties: { a: { type: 'string', ...fields } },
  });
  const gold = { [LEVEL]: 'gold' };

  it('is reported of the properties of bodies only', () => {
    expect(oasdiffReport(body(inside({})), body(inside(gold)))).toEqual(['ERR api-invalid-stability-level POST /0']);
    expect(oasdiffReport(body({}), body(gold))).toEqual([]);
    expect(oasdiffReport(query({}), query(gold))).toEqual([]);
    expect(oasdiffReport(query(inside({})), query(inside(gold)))).toEqual([]);
  });
});

describe('webhooks as oasdiff sees them', () => {
  const sending = (webhooks: JsonObject): JsonObject => description({}, { webhooks });
  const body = (required: boolean, ...names: string[]): JsonObject => {
    const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' }]));
    return operation({
      requestBody: { required, content: { 'application/json': { schema: { type: 'object', properties } } } },
    });
  };

  it('come and go', () => {
    expect(oasdiffReport(sending({ a: { post: operation() } }), sending({ b: { post: operation() } }))).toEqual([
      'ERR webhook-removed',
      'INFO webhook-added',
    ]);
  });

  it('are judged inside as paths of their name', () => {
    const after = { paid: { post: body(true, 'id', 'at'), put: operation() } };
    expect(oasdiffReport(sending({ paid: { post: body(false, 'id'), get: operation() } }), sending(after))).toEqual([
      'ERR api-removed-without-deprecation GET webhook:paid',
      'ERR request-body-became-required POST webhook:paid',
      'INFO endpoint-added PUT webhook:paid',
      'INFO new-optional-request-property POST webhook:paid',
    ]);
  });

  it('have no stability levels', () => {
    const draft = { tags: ['x'], [LEVEL]: 'draft' };
    const before = { paid: { post: operation(), get: operation({ [LEVEL]: 'draft' }) } };
    expect(oasdiffReport(sending(before), sending({ paid: { post: operation(draft) } }))).toEqual([
      'ERR api-removed-without-deprecation GET webhook:paid',
      'INFO api-tag-added POST webhook:paid',
    ]);
    const unknown = { deprecated: true, [LEVEL]: 'gold' };
    expect(oasdiffReport(sending(before), sending({ paid: { ...before.paid, post: operation(unknown) } }))).toEqual([]);
  });

  it('are none where they are only an extension', () => {
    const sent = (name: string): JsonObject => description({}, { 'x-webhooks': { [name]: { post: operation() } } });
    expect(oasdiffReport(sent('a'), sent('b'))).toEqual([]);
  });
});

describe('paths of one shape', () => {
  it('are what any of them became', () => {
    const before = description({ '/a/{x}': { get: operation() }, '/a/{y}': { post: operation() } });
    const after = description({ '/a/{z}': { get: operation(), post: operation() } });
    expect(oasdiffReport(before, after)).toEqual(['INFO endpoint-added GET /a/{y}', 'INFO endpoint-added POST /a/{x}']);
  });

  it('are not new beside each other', () => {
    const one = { '/a/{x}': { get: operation() } };
    expect(oasdiffReport(description(one), description({ ...one, '/a/{y}': { post: operation() } }))).toEqual([]);
  });
});

describe('the id of an operation', () => {
  it('that is empty is none', () => {
    const named = (operationId: string): JsonObject => paths({ get: operation({ operationId }) });
    expect(oasdiffReport(named(''), named('list'))).toEqual(['INFO api-operation-id-added GET /0']);
    expect(oasdiffReport(named(''), paths({ get: operation() }))).toEqual([]);
  });
});

describe('a schema', () => {
  const reading = (schema: JsonObject, schemas: JsonObject): JsonObject =>
    description(
      { '/a': { get: { responses: { 200: { description: 'ok', content: { 'application/json': { schema } } } } } } },
      { components: { schemas } },
    );
  const pet = { type: 'object', properties: { name: { type: 'string' } } };
  const part = { $ref: '#/components/schemas/Pet/properties/name' };

  it('is removed when its name is gone, though something had its shape', () => {
    expect(oasdiffReport(reading(pet, { Pet: pet, 'a/b': pet }), reading(pet, {}))).toEqual([
      'INFO api-schema-removed',
    ]);
  });

  it('that was only a part of another is not removed with the reference to it', () => {
    expect(oasdiffReport(reading(part, { Pet: pet }), reading({ type: 'string' }, { Pet: pet }))).toEqual([]);
  });
});
