import { describe, expect, it } from '@jest/globals';
import { canonicalJson, compare, normalize, parse, type JsonObject } from '../index.js';
import { petsApi } from '../testing/pets.js';

describe('the canonical form', () => {
  it('is the same for the same content in 2.0, 3.0 and 3.1', () => {
    const old = {
      swagger: '2.0',
      info: { title: 'pets', version: '1.0.0' },
      consumes: ['application/json'],
      produces: ['application/json'],
      paths: {
        '/pets': {
          post: {
            parameters: [
              { name: 'dry', in: 'query', type: 'boolean' },
              { name: 'pet', in: 'body', required: true, schema: { $ref: '#/definitions/Pet' } },
            ],
            responses: { 200: { description: 'ok', schema: { $ref: '#/definitions/Pet' } } },
          },
        },
      },
      definitions: {
        Pet: {
          type: 'object',
          properties: { age: { type: 'integer', minimum: 0, exclusiveMinimum: true, 'x-nullable': true } },
        },
      },
    };
    const media = { 'application/json': { schema: { $ref: '#/components/schemas/Pet' } } };
    const modern = (version: string, age: JsonObject): JsonObject => ({
      openapi: version,
      info: { title: 'pets', version: '1.0.0' },
      paths: {
        '/pets': {
          post: {
            parameters: [{ name: 'dry', in: 'query', schema: { type: 'boolean' } }],
            requestBody: { required: true, content: media },
            responses: { 200: { description: 'ok', content: media } },
          },
        },
      },
      components: { schemas: { Pet: { type: 'object', properties: { age } } } },
    });
    const documents = [
      old,
      modern('3.0.3', { type: 'integer', minimum: 0, exclusiveMinimum: true, nullable: true }),
      modern('3.1.0', { type: ['null', 'integer'], exclusiveMinimum: 0 }),
    ].map((document) => parse(JSON.stringify(document)));
    for (const before of documents) for (const after of documents) expect(compare(before, after).changes).toEqual([]);
    expect(canonicalJson(normalize(documents[1]!))).toBe(canonicalJson(normalize(documents[2]!)));
  });

  it('can be stored as text and read back', () => {
    const before = normalize(parse(JSON.stringify(petsApi())));
    const text = canonicalJson(before);
    expect(canonicalJson(JSON.parse(text))).toBe(text);
    expect(compare(JSON.parse(text), before).changes).toEqual([]);
  });
});
