import { describe, expect, it } from '@jest/globals';
import { canonicalJson, normalize, parse } from './index.js';
import { changesBetween, edited, rulesOf, sampleApi } from './testing/api.js';
import { shuffled } from './testing/shuffle.js';

type Mutation = [name: string, change: (document: any) => void, forth: string[], back: string[]];

const petOf = (document: any) => document.components.schemas.Pet.properties;
const list = (document: any) => document.paths['/pets'].get;
const add = (document: any) => document.paths['/pets'].post;

const mutations: Mutation[] = [
  [
    'a value of a property went',
    (d) => petOf(d).kind.enum.pop(),
    ['breaking request-property-enum-value-removed', 'safe response-property-enum-value-removed'],
    ['risky response-property-enum-value-added', 'safe request-property-enum-value-added'],
  ],
  [
    'a maximum was lowered',
    (d) => (petOf(d).id.maximum = 800),
    ['breaking request-property-max-decreased', 'safe response-property-max-decreased'],
    ['breaking response-property-max-increased', 'safe request-property-max-increased'],
  ],
  [
    'a minimum was raised',
    (d) => (petOf(d).id.minimum = 5),
    ['breaking request-property-min-increased', 'safe response-property-min-increased'],
    ['breaking response-property-min-decreased', 'safe request-property-min-decreased'],
  ],
  [
    'a length limit went',
    (d) => delete petOf(d).name.maxLength,
    ['breaking response-property-max-length-unset', 'safe request-property-max-length-unset'],
    ['risky request-property-max-length-set', 'safe response-property-max-length-set'],
  ],
  [
    'a least length went',
    (d) => delete petOf(d).name.minLength,
    ['breaking response-property-min-length-decreased', 'safe request-property-min-length-decreased'],
    ['breaking request-property-min-length-set', 'safe response-property-min-length-set'],
  ],
  [
    'a pattern went',
    (d) => delete petOf(d).name.pattern,
    ['safe request-property-pattern-removed', 'safe response-property-pattern-removed'],
    ['breaking request-property-pattern-added', 'safe response-property-pattern-added'],
  ],
  [
    'a default changed',
    (d) => (petOf(d).name.default = 'none'),
    ['info request-property-default-value-changed', 'info response-property-default-value-changed'],
    ['info request-property-default-value-changed', 'info response-property-default-value-changed'],
  ],
  [
    'a property can be null',
    (d) => (petOf(d).tags.type = ['array', 'null']),
    ['breaking response-property-became-nullable', 'safe request-property-became-nullable'],
    ['breaking request-property-became-not-nullable', 'safe response-property-became-not-nullable'],
  ],
  [
    'a property became required',
    (d) => d.components.schemas.Pet.required.push('tags'),
    ['breaking request-property-became-required', 'safe response-property-became-required'],
    ['breaking response-property-became-optional', 'safe request-property-became-optional'],
  ],
  [
    'a property is new',
    (d) => (petOf(d).age = { type: 'integer' }),
    ['safe new-optional-request-property', 'safe response-optional-property-added'],
    ['risky request-property-removed', 'risky response-optional-property-removed'],
  ],
  [
    'an alternative went',
    (d) => petOf(d).owner.oneOf.pop(),
    ['breaking request-property-one-of-removed', 'safe response-property-one-of-removed'],
    ['breaking response-property-one-of-added', 'safe request-property-one-of-added'],
  ],
  [
    'an alternative changed inside',
    (d) => (petOf(d).owner.oneOf[1].properties.code = { type: 'string' }),
    ['breaking request-property-type-changed', 'breaking response-property-type-changed'],
    ['breaking request-property-type-changed', 'breaking response-property-type-changed'],
  ],
  [
    'items changed their type',
    (d) => (petOf(d).tags.items = { type: 'integer' }),
    ['breaking request-property-type-changed', 'breaking response-property-type-changed'],
    ['breaking request-property-type-changed', 'breaking response-property-type-changed'],
  ],
  [
    'an integer became a number',
    (d) => (petOf(d).id.type = 'number'),
    ['breaking response-property-type-generalized', 'safe request-property-type-generalized'],
    ['breaking request-property-type-changed', 'safe response-property-type-specialized'],
  ],
  [
    'a property is only read',
    (d) => (petOf(d).tags.readOnly = true),
    ['info request-optional-property-became-read-only', 'info response-optional-property-became-read-only'],
    ['info request-optional-property-became-not-read-only', 'info response-optional-property-became-not-read-only'],
  ],
  [
    'a parameter is new',
    (d) => list(d).parameters.push({ name: 'page', in: 'query', schema: { type: 'integer' } }),
    ['safe new-optional-request-parameter'],
    ['risky request-parameter-removed'],
  ],
  [
    'a parameter became required',
    (d) => (list(d).parameters[0].required = true),
    ['breaking request-parameter-became-required'],
    ['safe request-parameter-became-optional'],
  ],
  [
    'a parameter is written in another way',
    (d) => (list(d).parameters[1].style = 'pipeDelimited'),
    ['risky request-parameter-serialization-changed'],
    ['risky request-parameter-serialization-changed'],
  ],
  [
    'a body became required',
    (d) => (add(d).requestBody.required = true),
    ['breaking request-body-became-required'],
    ['safe request-body-became-optional'],
  ],
  [
    'a media type is new',
    (d) => (add(d).requestBody.content['text/csv'] = {}),
    ['safe request-body-media-type-added'],
    ['breaking request-body-media-type-removed'],
  ],
  [
    'a response is new',
    (d) => (list(d).responses[202] = { description: 'later' }),
    ['info response-success-status-added'],
    ['breaking response-success-status-removed'],
  ],
  [
    'an error is new',
    (d) => (list(d).responses[409] = { description: 'no' }),
    ['info response-non-success-status-added'],
    ['info response-non-success-status-removed'],
  ],
  [
    'a header became optional',
    (d) => (list(d).responses[200].headers['x-total'].required = false),
    ['breaking response-header-became-optional'],
    ['safe response-header-became-required'],
  ],
  [
    'a header is new',
    (d) => (list(d).responses[200].headers['x-page'] = { schema: { type: 'integer' } }),
    ['safe response-header-added'],
    ['risky optional-response-header-removed'],
  ],
  [
    'an operation is new',
    (d) => (d.paths['/pets'].patch = { responses: {} }),
    ['safe endpoint-added'],
    ['breaking api-removed-without-deprecation'],
  ],
  [
    'a path is new',
    (d) => (d.paths['/owners'] = { get: { responses: {} } }),
    ['safe endpoint-added'],
    ['breaking api-path-removed-without-deprecation'],
  ],
  [
    'an operation was deprecated',
    (d) => (list(d).deprecated = true),
    ['info endpoint-deprecated'],
    ['info endpoint-reactivated'],
  ],
  [
    'a deprecated operation went',
    (d) => delete d.paths['/pets/{id}'].delete,
    ['risky api-removed-with-deprecation'],
    ['safe endpoint-added'],
  ],
  [
    'an operation has another id',
    (d) => (list(d).operationId = 'all'),
    ['info api-operation-id-removed'],
    ['info api-operation-id-removed'],
  ],
  ['a tag is new', (d) => list(d).tags.push('animals'), ['info api-tag-added'], ['info api-tag-removed']],
  [
    'another security requirement',
    (d) => (d.security = [{ oauth: [] }]),
    ['breaking api-global-security-removed', 'safe api-global-security-added'],
    ['breaking api-global-security-removed', 'safe api-global-security-added'],
  ],
  [
    'another scope is required',
    (d) => (add(d).security[0].oauth = ['write', 'read', 'admin']),
    ['breaking api-security-scope-added'],
    ['safe api-security-scope-removed'],
  ],
  [
    'a security scheme went',
    (d) => delete d.components.securitySchemes.key,
    ['breaking api-security-component-removed'],
    ['info api-security-component-added'],
  ],
  [
    'a server moved',
    (d) => (d.servers[0].url = 'https://cats.example'),
    ['breaking server-removed', 'safe server-added'],
    ['breaking server-removed', 'safe server-added'],
  ],
  [
    'a webhook sends more',
    (d) => (d.components.schemas.Sale.properties.tax = { type: 'number' }),
    ['safe response-optional-property-added'],
    ['risky response-optional-property-removed'],
  ],
  [
    'a callback sends another type',
    (d) =>
      (add(d).callbacks.done['{$request.body#/url}'].post.requestBody.content[
        'application/json'
      ].schema.properties.at.type = 'integer'),
    ['breaking response-property-type-changed'],
    ['breaking response-property-type-changed'],
  ],
  [
    'an unused schema is new',
    (d) => (d.components.schemas.Toy = { type: 'object' }),
    ['info api-schema-added'],
    ['info api-schema-removed'],
  ],
  [
    'words changed',
    (d) => (list(d).summary = 'All pets'),
    ['info operation-summary-changed'],
    ['info operation-summary-changed'],
  ],
  [
    'an extension changed',
    (d) => (petOf(d).id['x-order'] = 3),
    ['info request-property-keyword-changed', 'info response-property-keyword-changed'],
    ['info request-property-keyword-changed', 'info response-property-keyword-changed'],
  ],
];

describe('one change gives exactly its rule', () => {
  it.each(mutations)('%s', (_, change, forth, back) => {
    const before = sampleApi();
    const after = edited(change);
    expect(rulesOf(changesBetween(before, after))).toEqual([...forth].sort());
    expect(rulesOf(changesBetween(after, before))).toEqual([...back].sort());
  });

  it.each(mutations)('%s, in documents written in another order', (_, change, forth) => {
    const before = shuffled(sampleApi(), 3);
    const after = shuffled(edited(change), 11);
    expect(rulesOf(changesBetween(before, after))).toEqual([...forth].sort());
    const ids = changesBetween(before, after).map((each) => each.id);
    expect(ids).toEqual(changesBetween(sampleApi(), edited(change)).map((each) => each.id));
  });
});

/** These undo others. */
const APART = /deprecated|security (requirement|scheme)|alternative went/;

describe('all changes at once', () => {
  const everything = edited((document) => {
    for (const [name, change] of mutations) if (!APART.test(name)) change(document);
  });

  it('gives pointers that exist in the documents', () => {
    const before = sampleApi();
    const documents = {
      before: parse(JSON.stringify(before, null, 1)),
      after: parse(JSON.stringify(everything, null, 1)),
    };
    const changes = changesBetween(before, everything, { lines: true });
    expect(changes.length).toBeGreaterThan(40);
    for (const { pointer, line } of changes) {
      for (const side of ['before', 'after'] as const) {
        const at = pointer[side];
        if (at !== undefined) expect([at, documents[side].locate(at)]).toEqual([at, expect.anything()]);
        expect(line?.[side] === undefined).toBe(at === undefined);
      }
    }
  });

  it('is unchanged by a detour through the canonical text', () => {
    const stored = [sampleApi(), everything].map((document) =>
      JSON.parse(canonicalJson(normalize(parse(JSON.stringify(document))))),
    );
    expect(canonicalJson(stored[1])).toBe(canonicalJson(normalize(parse(JSON.stringify(shuffled(everything, 5))))));
  });
});
