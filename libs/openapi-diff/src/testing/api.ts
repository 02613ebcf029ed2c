import { compare, parse, type Change, type CompareOptions, type JsonObject } from '../index.js';

const json = (schema: unknown): JsonObject => ({ 'application/json': { schema } }) as JsonObject;

const pet = {
  type: 'object',
  required: ['id', 'kind'],
  properties: {
    id: { type: 'integer', minimum: 1, maximum: 900 },
    kind: { type: 'string', enum: ['cat', 'dog', 'fish'] },
    name: { type: 'string', minLength: 1, maxLength: 20, pattern: '^[a-z]+$', default: 'anon' },
    tags: { type: 'array', minItems: 1, maxItems: 9, items: { type: 'string' } },
    owner: {
      oneOf: [
        { title: 'person', type: 'object', properties: { email: { type: 'string' } } },
        { title: 'shelter', type: 'object', properties: { code: { type: 'integer' } } },
      ],
    },
    parent: { $ref: '#/components/schemas/Pet' },
  },
};

/** A small description that has one of everything. */
export const sampleApi = (): JsonObject =>
  structuredClone({
    openapi: '3.1.0',
    info: { title: 'pets', version: '1.0.0' },
    servers: [{ url: 'https://pets.example' }, { url: 'https://test.pets.example' }],
    security: [{ key: [] }],
    paths: {
      '/pets': {
        get: {
          operationId: 'listPets',
          tags: ['pets'],
          parameters: [
            { name: 'limit', in: 'query', schema: { type: 'integer', maximum: 100 } },
            { name: 'sort', in: 'query', schema: { type: 'string', enum: ['id', 'name'] } },
          ],
          responses: {
            200: {
              description: 'ok',
              headers: { 'x-total': { required: true, schema: { type: 'integer' } } },
              content: json({ type: 'array', items: { $ref: '#/components/schemas/Pet' } }),
            },
            404: { description: 'none' },
          },
        },
        post: {
          operationId: 'addPet',
          security: [{ oauth: ['write', 'admin'] }],
          requestBody: { content: json({ $ref: '#/components/schemas/Pet' }) },
          responses: { 201: { description: 'made', content: json({ $ref: '#/components/schemas/Pet' }) } },
          callbacks: {
            done: {
              '{$request.body#/url}': {
                post: {
                  requestBody: { content: json({ type: 'object', properties: { at: { type: 'string' } } }) },
                  responses: { 200: { description: 'ok' } },
                },
              },
            },
          },
        },
      },
      '/pets/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
        get: {
          operationId: 'getPet',
          responses: { 200: { description: 'ok', content: json({ $ref: '#/components/schemas/Pet' }) } },
        },
        delete: { operationId: 'dropPet', deprecated: true, responses: { 204: { description: 'gone' } } },
      },
    },
    webhooks: {
      petSold: {
        post: {
          requestBody: { content: json({ $ref: '#/components/schemas/Sale' }) },
          responses: { 200: { description: 'ok' } },
        },
      },
    },
    components: {
      schemas: { Pet: pet, Sale: { type: 'object', properties: { price: { type: 'number' } } } },
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'x-key' },
        oauth: {
          type: 'oauth2',
          flows: { implicit: { authorizationUrl: 'https://a.example', scopes: { read: 'r', write: 'w' } } },
        },
      },
    },
  }) as unknown as JsonObject;

/** The sample with one change. */
export const edited = (change: (document: any) => void): JsonObject => {
  const document = sampleApi();
  change(document);
  return document;
};

/** The changes between two descriptions; the API's version is left out. */
export const changesBetween = (before: JsonObject, after: JsonObject, options: CompareOptions = {}): Change[] => {
  const { changes } = compare(parse(JSON.stringify(before)), parse(JSON.stringify(after)), options);
  return changes.filter((change) => !change.rule.startsWith('api-version') && !change.rule.startsWith('api-major'));
};

/** `severity rule`, sorted. */
export const rulesOf = (changes: readonly Change[]): string[] =>
  changes.map((change) => `${change.severity} ${change.rule}`).sort();
