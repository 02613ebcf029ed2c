import { describe, expect, it } from '@jest/globals';
import { compare, parse, summarize, type Change, type CompareOptions, type JsonObject } from '../index.js';
import { pet, petsApi } from '../testing/pets.js';

/** A deep copy with one place changed. */
const edit = (change: (document: any) => void): JsonObject => {
  const document = structuredClone(petsApi());
  change(document);
  return document;
};

const diff = (before: JsonObject, after: JsonObject, options: CompareOptions = {}): Change[] =>
  compare(parse(JSON.stringify(before)), parse(JSON.stringify(after)), options).changes.filter(
    (change) => change.area !== 'info',
  );

const rules = (changes: Change[]): string[] => changes.map((change) => `${change.severity} ${change.rule}`);

describe('compare', () => {
  it('finds an operation that was added or removed', () => {
    const more = edit((document) => (document.paths['/pets'].delete = { responses: {} }));
    expect(rules(diff(petsApi(), more))).toEqual(['safe endpoint-added']);
    expect(rules(diff(more, petsApi()))).toEqual(['breaking api-removed-without-deprecation']);
    expect(summarize(diff(petsApi(), more)).operations.added).toEqual([{ method: 'delete', path: '/pets' }]);
  });

  it('reports one change of a shared schema once, with the operations it reaches', () => {
    const changes = diff(
      petsApi(),
      edit((document) => (document.components.schemas.Pet.properties.name.maxLength = 10)),
    );
    expect(rules(changes)).toEqual([
      'breaking request-property-max-length-decreased',
      'safe response-property-max-length-decreased',
    ]);
    expect(changes[0]?.operation).toEqual({ method: 'post', path: '/pets' });
    expect(changes[1]?.operations).toEqual([
      { method: 'get', path: '/pets' },
      { method: 'get', path: '/pets/{id}' },
    ]);
    expect(changes[0]?.pointer.after).toBe('/components/schemas/Pet/properties/name/maxLength');
    expect(changes[0]?.message).toBe(
      'In requests, property "name" of schema Pet had its maximum length lowered from 20 to 10.',
    );
  });

  it('lists a shared change for every operation when asked to', () => {
    const after = edit((document) => (document.components.schemas.Pet.properties.name.maxLength = 10));
    const changes = diff(petsApi(), after, { perOperation: true });
    expect(changes.map((change) => `${change.operation?.method} ${change.operation?.path}`)).toEqual([
      'post /pets',
      'get /pets',
      'get /pets/{id}',
    ]);
    expect(new Set(changes.map((change) => change.id)).size).toBe(3);
  });

  it('takes an alternative under another name for the same, which oasdiff does only when one side writes it out', () => {
    const choice = (...anyOf: JsonObject[]): JsonObject => {
      const content = { 'application/json': { schema: { anyOf } } };
      const paths = { '/a': { post: { requestBody: { content }, responses: {} } } };
      return petsApi({ paths, components: { schemas: { Cat: pet, Pet: pet } } });
    };
    const [cat, other] = [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Pet' }];
    expect(rules(diff(choice(cat), choice(other)))).toEqual([]);
    expect(rules(diff(choice(cat), choice(other), { levels: 'oasdiff' }))).toEqual([
      'breaking request-body-any-of-removed',
      'safe request-body-any-of-added',
    ]);
    for (const [before, after] of [
      [cat, pet],
      [pet, cat],
    ] as const)
      expect(rules(diff(choice(before), choice(after), { levels: 'oasdiff' }))).toEqual([]);
  });

  it('leaves out what oasdiff has no rule for at its levels', () => {
    const after = edit((document) => (document.components.schemas.Pet.properties.name.maxLength = 10));
    expect(rules(diff(petsApi(), after, { levels: 'oasdiff' }))).toEqual([
      'breaking request-property-max-length-decreased',
    ]);
  });

  it.each<[string, (document: any) => void, string[]]>([
    [
      'a required parameter',
      (d) => d.paths['/pets'].get.parameters.push({ name: 'x', in: 'query', required: true, schema: {} }),
      ['breaking new-required-request-parameter'],
    ],
    ['a parameter that is gone', (d) => d.paths['/pets'].get.parameters.pop(), ['risky request-parameter-removed']],
    [
      'a parameter that became required',
      (d) => (d.paths['/pets'].get.parameters[0].required = true),
      ['breaking request-parameter-became-required'],
    ],
    [
      'a lower maximum of a parameter',
      (d) => (d.paths['/pets'].get.parameters[0].schema.maximum = 50),
      ['breaking request-parameter-max-decreased'],
    ],
    [
      'a new value of a parameter',
      (d) => d.paths['/pets'].get.parameters[1].schema.enum.push('age'),
      ['safe request-parameter-enum-value-added'],
    ],
    [
      'a lost value of a parameter',
      (d) => d.paths['/pets'].get.parameters[1].schema.enum.pop(),
      ['breaking request-parameter-enum-value-removed'],
    ],
    [
      'a new type of a parameter',
      (d) => (d.paths['/pets'].get.parameters[1].schema = { type: 'integer' }),
      ['breaking request-parameter-type-changed'],
    ],
    [
      'a body that became required',
      (d) => (d.paths['/pets'].post.requestBody.required = true),
      ['breaking request-body-became-required'],
    ],
    ['a body that is gone', (d) => delete d.paths['/pets'].post.requestBody, ['breaking request-body-removed']],
    [
      'a response that is gone',
      (d) => (d.paths['/pets'].post.responses = { 202: { description: 'later' } }),
      ['breaking response-success-status-removed', 'info response-success-status-added'],
    ],
    [
      'a property that became required',
      (d) => d.components.schemas.Pet.required.push('name'),
      ['breaking request-property-became-required', 'safe response-property-became-required'],
    ],
    [
      'a property that is gone',
      (d) => delete d.components.schemas.Pet.properties.name,
      ['risky request-property-removed', 'risky response-optional-property-removed'],
    ],
    [
      'a new property',
      (d) => (d.components.schemas.Pet.properties.age = {}),
      ['safe new-optional-request-property', 'safe response-optional-property-added'],
    ],
    [
      'a new type of a property',
      (d) => (d.components.schemas.Pet.properties.id = { type: 'string' }),
      ['breaking request-property-type-changed', 'breaking response-property-type-changed'],
    ],
    [
      'a property that can be null',
      (d) => (d.components.schemas.Pet.properties.id.nullable = true),
      ['breaking response-property-became-nullable', 'safe request-property-became-nullable'],
    ],
    [
      'words',
      (d) => (d.components.schemas.Pet.description = 'an animal'),
      [
        'info request-body-description-changed',
        'info response-property-description-changed',
        'info response-body-description-changed',
      ],
    ],
  ])('classifies %s', (_, change, expected) => {
    expect(rules(diff(petsApi(), edit(change))).sort()).toEqual([...expected].sort());
  });

  it.each<[string, (document: any) => void]>([
    ['a schema that was inlined', (d) => (d.paths['/pets'].post.requestBody.content['application/json'].schema = pet)],
    [
      'flags that say what silence says',
      (d) => {
        d.paths['/pets'].get.parameters[0].required = false;
        d.components.schemas.Pet.properties.id.nullable = false;
      },
    ],
    [
      'a type written as a list of one',
      (d) => {
        d.openapi = '3.1.0';
        d.components.schemas.Pet.type = ['object'];
      },
    ],
  ])('sees no change in %s', (_, change) => {
    expect(rules(diff(petsApi(), edit(change)))).toEqual([]);
  });

  it('sees no change in a prefix that moved between the servers and the paths, and compares what is behind it', () => {
    const moved = (change: (d: any) => void = () => {}) =>
      edit((d) => {
        d.servers = [{ url: 'https://pets.example/v1' }];
        change(d);
      });
    const written = (change: (d: any) => void = () => {}) =>
      edit((d) => {
        d.servers = [{ url: 'https://pets.example' }];
        d.paths = Object.fromEntries(Object.entries(d.paths).map(([path, item]) => [`/v1${path}`, item]));
        change(d);
      });
    expect(rules(diff(moved(), written()))).toEqual([]);
    expect(rules(diff(written(), moved()))).toEqual([]);
    const dropped = diff(
      moved(),
      written((d) => delete d.paths['/v1/pets'].post),
    );
    expect(rules(dropped)).toEqual(expect.arrayContaining([expect.stringMatching(/^breaking .*removed/)]));
    // Without such paths the prefix is another address.
    expect(
      rules(
        diff(
          moved(),
          edit(() => {}),
        ),
      ),
    ).toContain('breaking server-removed');
  });

  it('reports a path parameter under another name as words', () => {
    const renamed = edit((d) => {
      const { '/pets/{id}': item, ...paths } = d.paths;
      item.parameters[0].name = 'petId';
      d.paths = { ...paths, '/pets/{petId}': item };
    });
    const changes = diff(petsApi(), renamed);
    expect(new Set(changes.map(({ severity, message }) => `${severity} ${message}`))).toEqual(
      new Set(['info The path parameter "id" is now called "petId".']),
    );
  });

  it('keeps references to other documents, and sees when they lead elsewhere', () => {
    const split = (path: string, schema: string): JsonObject =>
      edit((document) => {
        document.paths['/other'] = { $ref: path };
        document.components.schemas.Pet.properties.id = { $ref: schema };
      });
    expect(rules(diff(split('a.yaml', 'x.yaml#/Id'), split('a.yaml', 'x.yaml#/Id')))).toEqual([]);
    expect(rules(diff(split('a.yaml', 'x.yaml#/Id'), split('b.yaml', 'x.yaml#/Id')))).toEqual([
      'risky path-reference-changed',
    ]);
    expect(rules(diff(split('a.yaml', 'x.yaml#/Id'), split('a.yaml', 'y.yaml#/Id')))).toEqual([
      'risky response-property-reference-changed',
      'risky request-property-reference-changed',
    ]);
  });

  it('follows schemas that contain themselves', () => {
    const tree = (format: string): JsonObject =>
      petsApi({
        components: {
          schemas: {
            Pet: {
              type: 'object',
              properties: {
                value: { type: 'string', format },
                children: { type: 'array', items: { $ref: '#/components/schemas/Pet' } },
              },
            },
          },
        },
      });
    const changes = diff(tree('date-time'), tree('date'));
    expect(rules(changes)).toEqual([
      'breaking request-property-type-changed',
      'safe response-property-type-specialized',
    ]);
  });

  it('gives the same ids whatever the order of keys, and other ids for other changes', () => {
    const after = edit((document) => (document.components.schemas.Pet.properties.name.maxLength = 10));
    const reversed = JSON.parse(JSON.stringify(after), (_, value) =>
      value !== null && typeof value === 'object' && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    ) as JsonObject;
    const ids = diff(petsApi(), after).map((change) => change.id);
    expect(diff(petsApi(), reversed).map((change) => change.id)).toEqual(ids);
    const other = edit((document) => (document.components.schemas.Pet.properties.name.maxLength = 11));
    expect(diff(petsApi(), other).map((change) => change.id)).not.toContain(ids[0]);
  });
});

describe('keys that JavaScript has on every object', () => {
  it('are there only when they were written', () => {
    const scheme = { type: 'apiKey', in: 'header', name: 'k' };
    const written = (own: object) =>
      petsApi({
        components: { schemas: { Pet: { ...pet, ...own } }, securitySchemes: { key: { ...scheme, ...own } } },
      });
    const [plain, odd] = [{}, { constructor: 'a' }].map((own) => parse(JSON.stringify(written(own))));
    const added = compare(plain!, odd!).changes.filter(({ after }) => after === 'a');
    expect(added.map(({ before }) => before)).toEqual(added.map(() => undefined));
    expect(added.map(({ rule }) => rule)).toContain('api-security-component-changed');
    expect(added.map(({ rule }) => rule)).toContain('request-body-keyword-changed');
  });
});
