import { describe, expect, it } from '@jest/globals';
import { normalize, operations, parse } from './index.js';
import { pet, petsApi } from './testing/pets.js';

describe('operations', () => {
  it('lists every operation with its parameters, body and responses resolved', () => {
    const found = operations(normalize(parse(JSON.stringify(petsApi()))));
    expect(found.map(({ method, path }) => `${method} ${path}`)).toEqual(['get /pets', 'post /pets', 'get /pets/{id}']);
    expect(found[1]?.requestBody?.content['application/json']).toMatchObject({
      type: 'object',
      properties: pet.properties,
    });
    expect(found[2]?.parameters).toEqual([
      { name: 'id', in: 'path', required: true, deprecated: false, schema: { type: 'string' } },
    ]);
  });

  it('keeps a reference where a schema contains itself', () => {
    const node = { type: 'object', properties: { next: { $ref: '#/components/schemas/Pet' } } };
    const [, post] = operations(normalize(parse(JSON.stringify(petsApi({ components: { schemas: { Pet: node } } })))));
    expect(post?.requestBody?.content['application/json']).toEqual(node);
  });
});
